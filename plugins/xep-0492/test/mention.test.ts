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
  ['', false],
])('%s', (body, expected) => {
  expect(said(body)).toBe(expected);
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
