import { JID, Message } from '@sestina/core';
import { expectXml, parseXml } from '@sestina/testing';
import { expect, it } from 'vitest';
import { NS_MARKERS } from '../src/index.js';
import { identityOf, Positions } from '../src/positions.js';

const at = (time: number): { sentAt: Date } => ({ sentAt: new Date(time) });
const facts = (time: number) => at(time) as Parameters<Positions['advance']>[2];

it('a position goes forward alone, of each in each conversation', () => {
  const positions = new Positions();
  const advance = (conversation: string, who: string, time: number) =>
    positions.advance(conversation, who, facts(time));
  expect([advance('a', 'x', 5), advance('a', 'x', 5), advance('a', 'x', 4), advance('a', 'x', 6)]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect([advance('a', 'y', 1), advance('b', 'x', 1)]).toEqual([true, true]);
  const undated = {} as Parameters<Positions['advance']>[2];
  expect([positions.advance('c', 'x', undated), positions.advance('a', 'x', undated)]).toEqual([true, false]);
});

it('positions in a room are forgotten with it, and no others', () => {
  const room = 'verona@rooms.example';
  const conversations = [room, `${room}/juliet`, `${room}.evil.example`, 'juliet@capulet.example'];
  for (const own of ['', 'romeo@component.example']) {
    const positions = new Positions();
    for (const each of conversations) positions.advance(`${own} ${each}`, 'x', facts(5));
    positions.forget(JID.parse(room));
    expect(conversations.map((each) => positions.advance(`${own} ${each}`, 'x', facts(5)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  }
});

it('positions are of five thousand at most', () => {
  const positions = new Positions();
  for (let i = 0; i < 5_001; i++) positions.advance(`${i}`, 'x', facts(5));
  expect([positions.advance('1', 'x', facts(5)), positions.advance('0', 'x', facts(5))]).toEqual([false, true]);
});

it('nobody is known by a nick alone', () => {
  const jid = JID.parse('verona@rooms.example/juliet');
  const realJid = JID.parse('juliet@capulet.example/balcony');
  const all = [
    { jid: realJid.bare },
    { jid, occupantId: 'o1', realJid },
    { jid, realJid },
    { jid, stay: 1 },
    { jid, stay: 2 },
    { jid },
  ];
  const names = all.map((author) => identityOf(author as Parameters<typeof identityOf>[0]));
  expect(names.at(-1)).toBeUndefined();
  expect(new Set(names).size).toBe(all.length);
  expect(names[2]).toBe(identityOf({ jid, realJid: realJid.bare } as Parameters<typeof identityOf>[0]));
});

it.each(['displayed', 'received', 'acknowledged'] as const)('a message is read and written as a marker: %s', (kind) => {
  const message = new Message({ chatMarker: { kind: 'displayed', id: 'm0' } });
  message.chatMarker = { kind, id: 'm1' };
  expectXml(message.xml, `<message><${kind} xmlns='${NS_MARKERS}' id='m1'/></message>`);
  expect(message.chatMarker).toEqual({ kind, id: 'm1' });
  message.chatMarker = undefined;
  expect([message.chatMarker, message.xml.firstElement]).toEqual([undefined, undefined]);
});

it('a marker without an id, or in another namespace, is none', () => {
  const inside = `<displayed xmlns='${NS_MARKERS}'/><received xmlns='urn:xmpp:receipts' id='m1'/>`;
  expect(new Message(parseXml(`<message xmlns='jabber:client'>${inside}</message>`)).chatMarker).toBeUndefined();
});
