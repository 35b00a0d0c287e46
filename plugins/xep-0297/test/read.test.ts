import { Iq, Message } from '@sestina/core';
import { expectXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { Forwarded, MAX_FORWARD_DEPTH, NS_FORWARD, readForwarded } from '../src/index.js';
import { EXAMPLE, message, nested } from './helpers.js';

const INNER = `<message xmlns='jabber:client' from='a@b.c/d'><body>b</body></message>`;
const forwarded = (inside: string): string => `<forwarded xmlns='${NS_FORWARD}'>${inside}</forwarded>`;
const outer = (inside: string, type = 'chat'): Message =>
  message(`<message from='romeo@montague.lit/orchard' type='${type}'>${inside}</message>`);

describe('what is forwarded', () => {
  it('is read from example 2', () => {
    const found = readForwarded(message(EXAMPLE));
    expect(found?.claimedFrom?.full).toBe('juliet@capulet.lit/orchard');
    expect(found?.claimedAt).toEqual(new Date('2010-07-10T23:08:25Z'));
    expect(found?.message.body).toBe('Yet I should kill thee with much cherishing.');
    expect(found?.message.xml.child('mood', 'http://jabber.org/protocol/mood')).toBeDefined();
  });

  it('is a copy that belongs to no stream', () => {
    const whole = message(EXAMPLE);
    const found = readForwarded(whole)?.message as Message;
    expect(found.xml).not.toBe((whole.forwarded as Forwarded).stanza?.xml);
    expect(() => found.context).toThrow(/belongs to no stream/);
    expect(() => found.send()).toThrow(/belongs to no stream/);
  });

  it.each([
    ['nothing', ''],
    ['two forwards', forwarded(INNER) + forwarded(INNER)],
    ['none', forwarded('')],
    ['two messages in one', forwarded(INNER + INNER)],
    ['a message and a presence', forwarded(`${INNER}<presence xmlns='jabber:client'/>`)],
    ['a presence', forwarded(`<presence xmlns='jabber:client' from='a@b.c/d'/>`)],
    ['an iq', forwarded(`<iq xmlns='jabber:client' type='set' id='1'/>`)],
    ['a message in the namespace of forwards', forwarded('<message><body>b</body></message>')],
    ['a forward inside of something', `<result xmlns='urn:xmpp:mam:2'>${forwarded(INNER)}</result>`],
  ])('is not read where it is %s', (_what, inside) => {
    expect(readForwarded(outer(inside))).toBeUndefined();
  });

  it('is not read from an error, which carries back what we sent', () => {
    expect(readForwarded(outer(forwarded(INNER)))).toBeDefined();
    expect(readForwarded(outer(forwarded(INNER), 'error'))).toBeUndefined();
  });

  it('is read three deep and no deeper, wherever the depth is', () => {
    expect(readForwarded(message(nested(MAX_FORWARD_DEPTH)))).toBeDefined();
    expect(readForwarded(message(nested(MAX_FORWARD_DEPTH + 1)))).toBeUndefined();
    expect(readForwarded(message(nested(20)))).toBeUndefined();
  });

  it('does without an address and a time that can be read', () => {
    const inside = `<delay xmlns='urn:xmpp:delay' stamp='99999-99-99T99:99:99Z'/><message xmlns='jabber:client' from='@@'><body>b</body></message>`;
    const found = readForwarded(outer(forwarded(inside)));
    expect([found?.claimedFrom, found?.claimedAt, found?.message.body]).toEqual([undefined, undefined, 'b']);
  });
});

describe('<forwarded/>', () => {
  it('is written with the namespace of the stanza, and another one takes its place', () => {
    const element = new Forwarded({ stanza: new Message({ to: 'a@b.c', body: 'one' }) });
    element.stanza = new Iq({ type: 'get', id: '1' });
    expectXml(
      element.xml,
      `<forwarded xmlns='${NS_FORWARD}'><iq xmlns='jabber:client' type='get' id='1'/></forwarded>`,
    );
    expect(element.toString()).toContain(`<iq xmlns='jabber:client'`);
    expect(element.stanza).toBeInstanceOf(Iq);
    element.stanza = undefined;
    expect(element.stanza).toBeUndefined();
  });
});
