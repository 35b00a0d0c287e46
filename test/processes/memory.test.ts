import { describe, expect, it } from 'vitest';
import { Child } from '../support/child.js';

const MIB = 1_048_576;
const PATIENCE = 300_000;

/** What a program prints, a line for each result. */
async function run<T>(program: string, ...args: readonly string[]): Promise<T[]> {
  await using child = Child.script(`test/programs/${program}`, args);
  const { code, stdout, stderr } = await child.end(PATIENCE);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

describe('T25: a long stream', () => {
  it('of 100,000 stanzas and 100,000 keep-alives leaves nothing behind', async () => {
    const [result] = await run<Record<'growth' | 'messages' | 'pings', number> & { readonly online: boolean }>(
      'long-stream.ts',
      '100000',
      '100000',
    );
    expect(result).toMatchObject({ messages: 25_000, pings: 100_000, online: true });
    expect(result?.growth).toBeLessThan(MIB);
  });
});

it(
  'a session keeps nothing of the login that has led to it',
  async () => {
    const [left] = await run<{ parts: Record<string, number>; whole: Record<string, number>; online: number }>(
      'after-login.ts',
    );
    expect(left).toEqual({
      parts: { Attempts: 0, Attempt: 0, StepContext: 0, ScramMechanism: 0, ScramExchange: 0 },
      whole: { ClientXMPP: 3, Link: 3, PendingRequests: 3 },
      online: 3,
    });
  },
  PATIENCE,
);

describe('T20 and T23: a stream without end', () => {
  interface Fed {
    readonly kind: string;
    readonly condition?: string;
    readonly online: boolean;
    /** Bytes that were taken. */
    readonly said: number;
    /** Bytes that were held at most, and that the process grew by. */
    readonly most: number;
    readonly rss: number;
  }

  it('is ended at a limit, or held as little as what is read of it', async () => {
    const fed = await run<Fed>('endless-stream.ts', '64');
    const conditions = Object.fromEntries(fed.map(({ kind, condition }) => [kind, condition]));
    expect(conditions).toEqual({
      text: 'policy-violation',
      cdata: 'policy-violation',
      children: 'policy-violation',
      depth: 'policy-violation',
      name: 'policy-violation',
      attributes: 'policy-violation',
      value: 'policy-violation',
      'space in a tag': 'policy-violation',
      'end tag': 'policy-violation',
      entity: 'not-well-formed',
      comment: 'restricted-xml',
      instruction: 'restricted-xml',
      doctype: 'restricted-xml',
      space: undefined,
      stanzas: undefined,
    });
    for (const { kind, condition, online, said, most, rss } of fed) {
      expect(online, kind).toBe(condition === undefined);
      if (condition) expect(said, kind).toBeLessThan(2 * MIB);
      else expect(said, kind).toBeGreaterThan(63 * MIB);
      // Three times the largest stanza that is allowed, and a margin in what the platform keeps to itself.
      expect(most, kind).toBeLessThan(3 * MIB);
      expect(rss, kind).toBeLessThan(48 * MIB);
    }
  });
});

it.each(['client', 'component'])(
  'a %s that gets rid of nothing holds less than 64 MiB',
  async (kind) => {
    const stuck = await run<{ readonly flood: string; readonly most: number }>('stuck.ts', kind);
    const outcomes = stuck.map(({ most, ...outcome }) => ({ ...outcome, fits: most < 64 * MIB }));
    const well = { online: true, fits: true };
    expect(outcomes).toEqual([
      // Beyond the bounds of the queue sending fails with a QueueFullError.
      { flood: 'a server that reads nothing', ...well, paused: true, refused: true, reads: true },
      { flood: 'handlers that hang', ...well, paused: true },
      { flood: 'an iteration that nobody goes on with', ...well, paused: false, heard: true },
    ]);
  },
  PATIENCE,
);

describe.each(['client', 'component'])('a %s that others flood with all that it keeps', (kind) => {
  interface Flooded {
    readonly flood: string;
    /** Bytes that were held at most. */
    readonly most: number;
    readonly online: boolean;
  }

  it(
    'holds less than 64 MiB, whoever floods it, and whatever came before',
    async () => {
      const floods = await run<Flooded>('flood.ts', kind, '8');
      expect(floods.length).toBeGreaterThan(50);
      expect(floods.filter(({ online }) => !online)).toEqual([]);
      expect(floods.filter(({ most }) => most > 64 * MIB)).toEqual([]);
    },
    PATIENCE,
  );
});
