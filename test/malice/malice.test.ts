import { readFileSync } from 'node:fs';
import { LIES, type LieAbout, SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { type Believer, believe, type Cut, type Outcome, PASSWORD } from './believer.js';
import { HELD } from './held.js';
import { type Expected, expectedOf, NOTHING_MORE, type Refusal } from './outcomes.js';

const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
const AT_ONCE: readonly (readonly [string, Cut])[] = [['at once', (text) => [text]]];
const CUTS = [...AT_ONCE, [`cut at random (seed ${random.seed})`, (text: string) => cutAtRandom(text)] as const];
const OF_CLIENTS = ['stream', 'tls', 'login', 'address'] as const;

const TOLD: readonly (readonly [Believer, readonly LieAbout[], typeof AT_ONCE])[] = [
  ['a client', OF_CLIENTS, CUTS],
  ['a client of a WebSocket', [...OF_CLIENTS, 'frames'], AT_ONCE],
  ['a client whose stanzas are counted', ['management'], CUTS],
  ['a component', ['component'], CUTS],
];

describe.each(TOLD)('%s that is lied to', (who, about, cuts) => {
  const framed = who === 'a client of a WebSocket';
  const lies = about.flatMap((topic) => LIES[topic].map((lie) => ({ topic, lie, what: lie.what })));
  describe.each(cuts)('%s', (_, cut) => {
    it.each(lies.filter(({ lie: { by } }) => by !== (framed ? 'stream' : 'frames')))(
      'by $what believes nothing of it',
      async ({ topic, lie, what }) => {
        const expected = expectedOf(topic, what, framed);
        const { patience, options } = expected;
        await believe(who, lie, { cut, patience, options }, (outcome) => {
          if (expected.refusal) givesUp(outcome, expected, expected.refusal);
          else hasSession(outcome, expected, who === 'a component' ? 'bot.example.org' : 'alice@example.org/phone');
          holds(outcome, expected);
        });
      },
    );
  });
});

describe('a server that lies', () => {
  it.each(HELD)('$what: is held by $file', ({ file, test }) => {
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toContain(test);
  });
});

/** There is no session, and one error says why. */
function givesUp({ xmpp, refused, told }: Outcome, { bound = false }: Expected, refusal: Refusal): void {
  expect(refused).toMatchObject({ retryable: false, ...refusal });
  // Which one is the way out.
  if (typeof refusal['option'] === 'string') expect(refused?.message).toContain(`(${refusal['option']})`);
  expect(xmpp.state).toBe('disconnected');
  expect(xmpp.boundJid !== undefined).toBe(bound);
  expect(told.filter((name) => name !== 'authSuccess')).toEqual(bound ? ['sessionBind'] : []);
  isReadable(refused);
}

/** There is the session that was asked for, once; it goes on, or ends with one error that says why. */
function hasSession({ xmpp, refused, ended, told }: Outcome, { ends }: Expected, address: string): void {
  expect(refused).toBeUndefined();
  expect(xmpp.boundJid?.full).toBe(address);
  for (const name of ['sessionBind', 'sessionStart']) expect(told.filter((each) => each === name)).toEqual([name]);
  if (ends) {
    expect(ended).toHaveLength(1);
    expect(ended[0]).toMatchObject({ retryable: false, ...ends });
    isReadable(ended[0]);
  } else {
    expect(ended).toEqual([]);
    expect(xmpp.state).toBe('online');
  }
}

/** What is true of every lie: no word more than it takes, no secret, and nothing that was smuggled in. */
function holds({ since, messages, sendings }: Outcome, expected: Expected): void {
  expect(since).toMatch(expected.writes ?? NOTHING_MORE);
  expect(since).not.toContain(PASSWORD);
  expect(since).not.toContain(btoa(`\0alice\0${PASSWORD}`));
  expect(messages).toHaveLength(expected.messages ?? 0);
  expect(sendings.map(({ state }) => state)).toEqual(expected.sendings ?? []);
}

/** What the peer said stands in no message as it is. */
function isReadable(reason: unknown): void {
  for (let error = reason; error instanceof Error; error = error.cause) {
    expect(error.message.length).toBeLessThan(1_000);
    expect(error.message).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  }
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
