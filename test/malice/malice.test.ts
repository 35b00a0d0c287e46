import { readFileSync } from 'node:fs';
import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { HELD } from './held.js';
import { LIES, type Lie, NOTHING_MORE, type Refusal } from './lies.js';
import { base64, type Cut, LyingServer, type Outcome, PASSWORD } from './lying-server.js';

const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
const CUTS: readonly (readonly [string, Cut])[] = [
  ['at once', (text) => [text]],
  [`cut at random (seed ${random.seed})`, (text) => cutAtRandom(text)],
];

describe.each(Object.entries(LIES))('a server that lies about the %s', (_, lies) => {
  describe.each(CUTS)('%s', (_, cut) => {
    it.each(lies)('gets nothing by $what', async (lie) => {
      await using server = new LyingServer(lie.at, lie.options);
      const outcome = await server.lie(lie.at, lie.says, cut, lie.patience ?? 2_000);
      if (typeof lie.outcome === 'string') goesOn(outcome, lie.outcome);
      else givesUp(outcome, lie.outcome);
      holds(outcome, lie);
    });
  });
});

describe('a server that lies', () => {
  it.each(HELD)('$what: is held by $file', ({ file, test }) => {
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toContain(test);
  });
});

/** There is no session, and one error says why. */
function givesUp({ client, refused, told }: Outcome, expected: Refusal): void {
  expect(refused).toMatchObject({ retryable: false, ...expected });
  expect(client.state).toBe('disconnected');
  expect(client.boundJid).toBeUndefined();
  expect(told.filter((name) => name !== 'authSuccess')).toEqual([]);
  for (let error: unknown = refused; error instanceof Error; error = error.cause) {
    expect(error.message.length).toBeLessThan(1_000);
    expect(error.message).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  }
}

/** There is the session that was asked for, once. */
function goesOn({ client, refused, told }: Outcome, address: string): void {
  expect(refused).toBeUndefined();
  expect(client.state).toBe('online');
  expect(client.boundJid?.full).toBe(address);
  expect(told).toEqual(['authSuccess', 'sessionBind', 'sessionStart']);
}

/** What is true of every lie: no word more than it takes, no secret, and nothing that was smuggled in. */
function holds({ since, messages }: Outcome, { writes = NOTHING_MORE }: Lie): void {
  expect(since).toMatch(writes);
  expect(since).not.toContain(PASSWORD);
  expect(since).not.toContain(base64(`\0alice\0${PASSWORD}`));
  expect(messages).toEqual([]);
}

/** Into single characters where there are few. */
function cutAtRandom(text: string): string[] {
  const longest = 1 + Math.ceil(text.length / 500);
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = at + 1 + random.integer(longest);
    parts.push(text.slice(at, end));
    at = end;
  }
  return parts;
}
