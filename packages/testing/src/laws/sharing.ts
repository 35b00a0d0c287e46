import { inWorld } from './living.js';
import { effectsOf, prepared } from './senders.js';
import { beyond } from './traces.js';
import type { Subject, World } from './world.js';

/** Two connections share nothing: what happens on one is not seen on the other, which outlives the plugin of the first. */
export async function sharesNothing(subject: Subject): Promise<void> {
  const { Options } = subject.cls;
  await inWorld(subject, { installed: true }, async (one) => {
    await inWorld(subject, { installed: true }, async (other) => {
      if (one.plugin === other.plugin) throw one.broken('two connections have one object of it');
      const shared = sharedObject(one.plugin, other.plugin) ?? sharedObject(new Options(), new Options());
      if (shared) throw one.broken(`two connections share ${shared}`);
      const before = { list: await other.list(), sent: other.stream.sent.length, events: other.traces.events.length };
      const first = await play(one);
      await other.stream.idle();
      const news = beyond(await other.list(), before.list);
      if (news.length > 0) throw one.broken(`what happens on a connection leaves on another: ${news.join('; ')}`);
      const sent = other.stream.sent.slice(before.sent);
      if (sent.length > 0) throw one.broken(`what happens on a connection is answered on another: ${sent.join('')}`);
      const events = other.traces.events.slice(before.events).map(({ name }) => name);
      if (events.length > 0) throw one.broken(`what happens on a connection raises ${events.join(', ')} on another`);
      await one.remove();
      const second = await play(other);
      if (first.join('\n') !== second.join('\n'))
        throw one.broken(
          `what happened on a connection, or its removal there, changes another: ${[...beyond(first, second), ...beyond(second, first)].join('; ')}`,
        );
    });
  });
}

/** Everything that it is declared to take unasked, and what comes of it. */
async function play(world: World): Promise<string[]> {
  const effects: string[] = [];
  for (const sample of world.subject.declaration.unasked ?? []) {
    effects.push(...(await effectsOf(world, await prepared(world, sample), true)));
  }
  return effects;
}

/** The path to an object that both can be reached by and may be written to. */
function sharedObject(one: object, other: object): string | undefined {
  for (const key of Object.keys(one)) {
    const [a, b] = [one, other].map((owner) => (owner as Record<string, unknown>)[key]);
    if (typeof a === 'object' && a !== null && a === b && !Object.isFrozen(a)) return key;
  }
  return undefined;
}
