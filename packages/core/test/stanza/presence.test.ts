import { describe, expect, it } from 'vitest';
import { PRESENCE_TYPES, Presence } from '../../src/stanza/presence.js';
import { StanzaValueError } from '../../src/stanza/value-error.js';
import { received, xml } from '../helpers/received.js';

const presence = (content = '', attributes = ''): Presence =>
  new Presence(xml(`<presence xmlns='jabber:client' ${attributes}>${content}</presence>`));

describe('a presence', () => {
  it('without a type says that the sender is there', () => {
    expect([presence().type, presence().isAvailable]).toEqual([undefined, true]);
  });

  it.each(PRESENCE_TYPES)('of type %s does not', (type) => {
    expect([presence('', `type='${type}'`).type, presence('', `type='${type}'`).isAvailable]).toEqual([type, false]);
  });

  it.each(['banana', 'available', '', 'toString'])('of the unknown type %j must not pass for available', (type) => {
    const view = presence('', `type='${type}'`);
    expect(view.isAvailable).toBe(false);
    expect(() => view.type).toThrow(StanzaValueError);
  });

  it('is available again without its type', () => {
    const view = new Presence({ type: 'unavailable' });
    view.type = undefined;
    expect(view.isAvailable).toBe(true);
  });

  // RFC 6121 §4.7.2.3.
  it.each([
    ['5', 5],
    ['-128', -128],
    ['127', 127],
    ['+3', 3],
    ['128', 0],
    ['-129', 0],
    ['high', 0],
    ['1.5', 0],
    ['', 0],
  ])('reads the priority %j as %i', (raw, priority) => {
    expect(presence(`<priority>${raw}</priority>`).priority).toBe(priority);
  });

  it('has the priority 0 where it says none, and does not write it', () => {
    expect(presence().priority).toBe(0);
    expect(new Presence().toString()).toBe("<presence xmlns='jabber:client'/>");
  });

  it('refuses to write a priority out of range', () => {
    expect(() => new Presence({ priority: 128 })).toThrow(TypeError);
  });

  it.each(['away', 'chat', 'dnd', 'xa'])('reads %s', (show) => {
    expect(presence(`<show>${show}</show>`).show).toBe(show);
  });

  it.each(['online', '', 'AWAY', 'constructor'])('reads the unknown show %j as undefined', (show) => {
    expect(presence(`<show>${show}</show>`).show).toBeUndefined();
  });

  it('writes what it is made of', () => {
    expect(new Presence({ show: 'away', status: 'Lunch', priority: 5, to: 'a@b' }).toString()).toBe(
      "<presence xmlns='jabber:client' to='a@b'><show>away</show><status>Lunch</status><priority>5</priority></presence>",
    );
  });
});

describe('the answers to a presence', () => {
  const SUBSCRIBE = "<presence xmlns='jabber:client' id='s1' from='a@b' to='c@d' type='subscribe'/>";

  it('go to the sender', () => {
    expect(received(Presence, SUBSCRIBE).reply('subscribed').toString()).toBe(
      "<presence xmlns='jabber:client' type='subscribed' id='s1' to='a@b' from='c@d'/>",
    );
    expect(received(Presence, SUBSCRIBE).reply().isAvailable).toBe(true);
  });

  it('may be errors', () => {
    const reply = received(Presence, SUBSCRIBE).errorReply('not-allowed');
    expect([reply.type, reply.error?.condition, reply.to?.full]).toEqual(['error', 'not-allowed', 'a@b']);
  });

  it('are never given to an error', () => {
    const error = received(Presence, "<presence xmlns='jabber:client' from='a@b' type='error'/>");
    expect(() => error.reply()).toThrow(TypeError);
    expect(() => error.errorReply('conflict')).toThrow(TypeError);
  });
});
