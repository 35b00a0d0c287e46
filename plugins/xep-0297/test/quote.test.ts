import { describe, expect, it } from 'vitest';
import { isRoomPrivate } from '../src/index.js';
import { quotation } from '../src/quote.js';
import { message } from './helpers.js';

describe('a quotation', () => {
  it('says what is known of who said it, and when', () => {
    const said = message(`<message from='juliet@capulet.lit'><body>one\n\ntwo</body></message>`);
    const bare = message('<message/>');
    const at = new Date(0);
    expect(quotation(said, 'Look', at)).toBe('Look\njuliet@capulet.lit, 1970-01-01T00:00:00.000Z:\n> one\n> \n> two');
    expect(quotation(said, '', undefined)).toBe('juliet@capulet.lit:\n> one\n> \n> two');
    expect(quotation(bare, '', at)).toBe('1970-01-01T00:00:00.000Z:\n> ');
    expect(quotation(bare, '', undefined)).toBe('> ');
  });
});

describe('a message between occupants of a room', () => {
  const mark = (inside: string): string => `<x xmlns='http://jabber.org/protocol/muc#user'>${inside}</x>`;

  it.each([
    ['marked so', 'chat', mark(''), true],
    ['of no type', 'normal', mark('<item/>'), true],
    ['of the whole room', 'groupchat', mark(''), false],
    ['an invitation', 'normal', mark(`<invite from='a@b.c'/>`), false],
    ['a refusal', 'normal', mark(`<decline from='a@b.c'/>`), false],
    ['not marked', 'chat', `<x xmlns='urn:x'/>`, false],
  ])('is one that is %s', (_what, type, inside, expected) => {
    const said = message(`<message from='room@muc.example/nick' type='${type}'>${inside}</message>`);
    expect(isRoomPrivate(said)).toBe(expected);
  });
});
