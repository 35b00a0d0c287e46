import { Plugin } from '@sestina/core';
import { beyond } from './traces.js';
import { type Subject, World, type WorldOptions } from './world.js';

/** Tries something in a world of its own. */
export async function inWorld<T>(
  subject: Subject,
  options: WorldOptions,
  work: (world: World) => Promise<T>,
): Promise<T> {
  const world = await World.begin(subject, options);
  try {
    return await work(world);
  } finally {
    await world.close();
  }
}

/** Installed and removed, before and during a session, with nothing left; and at work until the connection is closed for good. */
export async function leavesNothing(subject: Subject): Promise<void> {
  await inWorld(subject, {}, async (world) => {
    const before = await world.list();
    for (const time of ['first', 'second']) {
      await world.install();
      await world.remove();
      await world.expectNothingBeyond(before, `installed and removed in a session, the ${time} time, it`);
    }
    world.expectNoErrors('installed and removed in a session');
  });
  await inWorld(subject, {}, async (world) => {
    await world.stream.disconnect();
    const before = await world.list();
    await world.install();
    await world.remove();
    await world.expectNothingBeyond(before, 'installed and removed without a session it');
    world.expectNoErrors('installed and removed without a session');
  });
  await inWorld(subject, { installed: true }, async (world) => {
    await world.close();
    const timers = world.clock.pending.length;
    if (timers > 0) throw world.broken(`${timers} timers run on once the connection is closed for good`);
    world.expectNoErrors('the connection was closed for good');
  });
}

/** Resumed, lost, restored: nothing fails, nothing piles up, and what was resumed is not begun again. */
export async function outlivesSessions(subject: Subject): Promise<void> {
  const without = await inWorld(subject, {}, (world) => course(world, false));
  await inWorld(subject, {}, async (world) => {
    const stages = await course(world, true);
    const [first, ...others] = stages.map((list, index) => beyond(list, without[index] ?? []));
    for (const [index, list] of others.entries()) {
      const more = beyond(list, first ?? []);
      if (more.length > 0)
        throw world.broken(`more is there in session ${index + 2} than in the first: ${more.join('; ')}`);
    }
    await world.remove();
    await world.expectNothingBeyond(without.at(-1) ?? [], 'removed after several sessions it');
  });
}

/** Several sessions; gives what is there in each. */
async function course(world: World, installs: boolean): Promise<string[][]> {
  if (installs) await world.install();
  const stages = [await world.list()];
  for (const outcome of ['resumed', 'new', 'restored', 'resumed', 'new'] as const) {
    world.outcome = outcome;
    const sent = world.stream.sent.length;
    await world.reconnect();
    stages.push(await world.list());
    if (!installs) continue;
    world.expectNoErrors(`a session that is ${outcome}`);
    if (outcome === 'resumed' && world.stream.sent.length > sent)
      throw world.broken(`it sends ${world.stream.sent[sent]} where a session was resumed and nothing was lost`);
  }
  return stages;
}

/** Works on a component, or is refused there by its name. */
export async function knowsItsKinds(subject: Subject): Promise<void> {
  const { cls } = subject;
  for (const kind of ['client', 'component'] as const) {
    if (cls.kinds.includes(kind)) {
      await inWorld(subject, { kind, installed: true }, async (world) => {
        world.expectNoErrors(`on a ${kind}`);
        await world.reconnect();
        await world.recv(`<message from='juliet@capulet.example/balcony' type='chat'><body>Hark</body></message>`);
        await world.recv(`<presence from='juliet@capulet.example/balcony'/>`);
        world.expectNoErrors(`on a ${kind}`);
      });
      continue;
    }
    const bare = { ...subject, declaration: {}, cls: Unneeding };
    await inWorld(bare, { kind }, async (world) => {
      const refusal = refusalOf(() => world.xmpp.use(cls, subject.declaration.options));
      if (refusal?.code === 'ERR_PLUGIN_KIND' && refusal.message.includes(cls.id)) return;
      throw world.broken(
        `a ${kind} does not refuse it by name, but ${refusal ? `says: ${refusal.message}` : 'takes it'}`,
      );
    });
  }
}

/** Stands for no plugin at all. */
class Unneeding extends Plugin {
  static override readonly id = 'nothing';
}

function refusalOf(work: () => unknown): { readonly code?: string; readonly message: string } | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
