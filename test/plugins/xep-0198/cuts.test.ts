import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { type Cut, ModelServer } from './model-server.js';

const ids = (letter: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${letter}${at}`);

/** Nothing was lost and nothing came twice, whatever was cut. */
async function holds(stanzas: number, cuts: readonly Cut[], inline: boolean, seed?: number): Promise<ModelServer> {
  const what = `${seed === undefined ? '' : `seed ${seed}: `}${JSON.stringify(cuts)}`;
  const server = new ModelServer(cuts, { inline });
  const { heard, sendings, management, events } = await server.start().run(stanzas);
  expect(server.taken, what).toEqual(ids('m', stanzas));
  expect(heard, what).toEqual(ids('s', stanzas));
  expect(new Set(sendings.map(({ state }) => state)), what).toEqual(new Set(['acked']));
  expect(management.unacked, what).toEqual([]);
  expect(server.lies, what).toEqual([]);
  expect(new Set(events), what).toEqual(
    new Set(server.connections > 1 ? ['sessionStart', 'sessionResumed'] : ['sessionStart']),
  );
  return server;
}

describe.each([
  ['by itself', false],
  ['within the login', true],
])('a session that is cut, and resumed %s', (_how, inline) => {
  it.each(['down', 'up'] as const)(
    'F2, F3: once, behind any byte on its way %s, is the same as one that is not',
    async (way) => {
      const { connections, passed } = await holds(4, [], inline);
      expect(connections).toBe(1);
      expect(passed[way]).toBeGreaterThan(250);
      const bytes = Array.from({ length: passed[way] }, (_, at) => at);
      await Promise.all(
        bytes.map(async (at) => {
          const { connections: made } = await holds(4, [{ way, at }], inline);
          expect(made, `${way} ${at}`).toBe(2);
        }),
      );
    },
  );

  it('F20: again and again, while it is resumed too, is the same as one that is not', async () => {
    const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
    const runs = Array.from({ length: 60 }, async () => {
      const cuts = Array.from({ length: 1 + random.integer(12) }, (): Cut => {
        return { way: random.integer(2) ? 'up' : 'down', at: random.integer(5_000) };
      });
      await holds(50, cuts, inline, random.seed);
    });
    await Promise.all(runs);
  });
});
