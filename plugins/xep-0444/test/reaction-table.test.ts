import { JID } from '@sestina/core';
import type { MessageFacts } from '@sestina/message-index';
import { expect, it } from 'vitest';
import { ReactionTable, type TableBounds } from '../src/reaction-table.js';

type Author = Parameters<ReactionTable['by']>[1];

const facts = (key: string): MessageFacts => ({ key, peer: JID.parse('verona@rooms.example') }) as MessageFacts;
const author = (nick: string, occupantId?: string): Author =>
  ({ jid: JID.parse(`verona@rooms.example/${nick}`), ...(occupantId && { occupantId }) }) as Author;
const set = (who: Author, ...emojis: string[]) => ({ author: who, emojis, at: 0 });
const table = (more: Partial<TableBounds> = {}) =>
  new ReactionTable({ maxMessages: 100, maxBytes: 1_000_000, maxAuthors: 10, isStranger: () => false, ...more });

it('a person turns out to be another one, whose reactions these are from then on', () => {
  const all = table();
  const [romeo, ghost, juliet] = [author('romeo', 'r'), author('ghost', 'g'), author('juliet', 'j')];
  all.set(facts('m'), set(ghost, '👋'));
  all.set(facts('m'), set(juliet, '🐢'));
  all.rename(facts('m'), romeo, juliet);
  all.rename(facts('m'), juliet, juliet);
  expect(all.get(facts('m')).map(({ author: { jid }, emojis }) => [jid.resource, ...emojis])).toEqual([
    ['ghost', '👋'],
    ['juliet', '🐢'],
  ]);
  all.rename(facts('m'), ghost, romeo);
  expect([all.by(facts('m'), ghost), all.by(facts('m'), romeo)?.emojis]).toEqual([undefined, ['👋']]);
  expect(all.get(facts('m'))).toHaveLength(2);
});

it.each([
  ['an address', author('romeo', 'r'), 27],
  ['an occupant', author('romeo', 'r'.repeat(100)), 126],
])('the bytes of a set are counted with %s', (_what, who, characters) => {
  const one = 900 + 300 + 2 * (characters + '👋🐢'.length);
  for (const [maxBytes, kept] of [
    [2 * one, [1, 1]],
    [2 * one - 1, [0, 1]],
  ] as const) {
    const all = table({ maxBytes });
    for (const key of ['a', 'b']) all.set(facts(key), set(who, '👋', '🐢'));
    expect(['a', 'b'].map((key) => all.get(facts(key)).length)).toEqual(kept);
  }
});

it('what is forgotten is what that is said of', () => {
  const all = table();
  for (const key of ['a', 'b']) all.set(facts(key), set(author('romeo', 'r'), '👋'));
  all.forget(({ key }) => key === 'a');
  expect(['a', 'b'].map((key) => all.get(facts(key)).length)).toEqual([0, 1]);
});
