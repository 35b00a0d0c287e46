import type { FaultyStorage } from '@sestina/testing';
import { FaultyStorage as Store } from '@sestina/testing';
import fc from 'fast-check';
import { ModelServer } from '../plugins/xep-0198/model-server.js';
import { holds, target } from './target.js';

/** What happens to one value: it is cut off, something in it is another thing, or all of it is. */
const damage = fc.oneof(
  fc.record({ cut: fc.nat(300) }),
  fc.record({ at: fc.nat(300), put: fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }) }),
  fc.record({
    text: fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `00000000 ${json}`),
    ),
  }),
);

function damaged(value: string, how: { cut?: number; at?: number; put?: string; text?: string }): string {
  if (how.text !== undefined) return how.text;
  if (how.cut !== undefined) return value.slice(0, how.cut % value.length);
  const at = (how.at ?? 0) % value.length;
  return value.slice(0, at) + how.put + value.slice(at + (how.put?.length ?? 0));
}

const ids = (letter: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${letter}${at}`);

async function killed(server: ModelServer): Promise<FaultyStorage> {
  const storage = new Store();
  const silent = { persist: true, requestEvery: 100, requestAfter: 60_000 };
  const first = await server.start(silent, storage).run(4);
  const left = await storage.survivor();
  await first.kill();
  return left;
}

export const stored = target(
  {
    name: 'stored',
    holds:
      'a session that was kept and damaged is not gone on with; the next one works, and nothing is sent twice by itself',
    cost: 50,
  },
  fc.record({ which: fc.nat(), how: fc.option(damage, { freq: 4, nil: undefined }) }),
  async ({ which, how }) => {
    const server = new ModelServer();
    const left = await killed(server);
    const keys = (await left.keys('')).sort();
    const key = keys[which % keys.length] ?? '';
    const before = (await left.get(key)) ?? '';
    const after = how ? damaged(before, how) : before;
    await left.set(key, after);
    const second = await server.start({ persist: true }, left).run(6, 4);
    const restored = second.events.includes('sessionRestored');
    holds(restored === (after === before), `${key} was ${restored ? 'believed' : 'refused'}`);
    holds(server.taken.join() === ids('m', 6).join(), `the server has ${server.taken.join()}`);
    holds(server.lies.length === 0, server.lies.join());
    for (const { element } of second.unknown)
      holds(server.taken.includes(element.attribute('id') ?? ''), 'it made one up');
    await second.kill();
  },
);
