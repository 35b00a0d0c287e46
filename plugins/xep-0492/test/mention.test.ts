import { JID, Message, parseDocument } from '@sestina/core';
import { expect, it } from 'vitest';
import { means } from '../src/mention.js';

const OWN = JID.from('verona@rooms.example/Jule');
const said = (body: string): boolean => means(new Message({ body }), 'Jule', [OWN]);

it.each([
  ['Jule: hark', true],
  ['hark, jule!', true],
  ['JULE', true],
  ['Julep and Juleś', false],
  ['MyJule', false],
  ['𝐀Jule', false],
  ['Jule😀', true],
  ['> Jule: hark\nyes', false],
  ['> yes\nJule', true],
  ['JuleJule Jule', true],
  ['Jule_', false],
  ['Jule7', false],
  ['Ju', false],
  ['one\nJule', true],
  ['Ju\nle', false],
  ['', false],
])('%s', (body, expected) => {
  expect(said(body)).toBe(expected);
});

it('is for a nick in whatever letters, and for nobody without one', () => {
  expect(means(new Message({ body: 'STRASSE?' }), 'straße', [])).toBe(false);
  expect(means(new Message({ body: 'Ame\u0301lie?' }), 'Am\u00e9lie', [])).toBe(true);
  expect([
    means(new Message({ body: 'x' }), undefined, []),
    means(new Message(), 'x', []),
    means(new Message({ body: 'x' }), '', []),
  ]).toEqual([false, false, false]);
});

it('answers one of several addresses', () => {
  const reply = new Message(
    parseDocument(`<message xmlns='jabber:client'><reply xmlns='urn:xmpp:reply:0' to='${OWN}' id='1'/></message>`),
  );
  expect(means(reply, undefined, [JID.from('nurse@capulet.com'), OWN])).toBe(true);
});

it('needs no nick to answer somebody', () => {
  const reply = (to: string): Message =>
    new Message(
      parseDocument(`<message xmlns='jabber:client'><reply xmlns='urn:xmpp:reply:0' to='${to}' id='1'/></message>`),
    );
  expect(means(reply('verona@rooms.example/Jule'), undefined, [OWN])).toBe(true);
  expect(means(reply('verona@rooms.example/Romeo'), undefined, [OWN])).toBe(false);
  expect(means(reply('@@'), undefined, [OWN])).toBe(false);
});

it('takes no longer than the text is', () => {
  const body = 'aa'.repeat(100_000);
  expect(means(new Message({ body: `x${body}` }), 'aa', [])).toBe(false);
});
