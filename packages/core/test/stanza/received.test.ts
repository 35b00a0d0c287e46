import { ReadOnlyError, XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';
import { Iq } from '../../src/stanza/iq.js';
import { Message } from '../../src/stanza/message.js';
import { Presence } from '../../src/stanza/presence.js';
import type { StanzaSender } from '../../src/stanza/stanza.js';
import { received } from '../helpers/received.js';
import { online } from '../helpers/stream-xmpp.js';

const sender = (): StanzaSender => ({ send: () => undefined as never });
const MESSAGE = "<message xmlns='jabber:client' from='a@b/c' to='d@e' id='1'><body>hi</body></message>";

describe('a stanza that was received', () => {
  it('stays with the stream that it came on', () => {
    const stream = sender();
    const message = received(Message, MESSAGE, stream);
    expect(() => message.bind(sender())).toThrow(ReadOnlyError);
    expect(message.bind(stream).bind(undefined).stream).toBe(stream);
    const other = sender();
    expect(message.copy().bind(other).stream).toBe(other);
    expect(message.stream).toBe(stream);
  });

  it('cannot be written to through any of its fields', () => {
    const presence = received(Presence, "<presence xmlns='jabber:client' from='a@b/c'><show>away</show></presence>");
    const before = presence.toString();
    for (const write of [
      () => presence.set({ show: 'dnd' }),
      () => {
        presence.status = 'x';
      },
      () => {
        presence.from = undefined;
      },
      () => presence.statuses.set('cs', 'x'),
      () => presence.xml.append(new XmlElement('x', 'urn:x')),
    ]) {
      expect(write).toThrow(ReadOnlyError);
    }
    expect(presence.toString()).toBe(before);
  });
});

describe('a compact stanza', () => {
  it('is of the same class, with the same addresses, stream and fields, and read-only', () => {
    const stream = sender();
    const message = received(Message, MESSAGE, stream);
    const compact = message.compact();
    expect(compact).toBeInstanceOf(Message);
    expect(compact).not.toBe(message);
    expect([compact.body, compact.from, compact.stream]).toEqual(['hi', JID.parse('a@b/c'), stream]);
    expect(compact.toString()).toBe(message.toString());
    expect(() => {
      compact.body = 'x';
    }).toThrow(ReadOnlyError);
  });

  it('has the context that the original had, and keeps the original out of it', async () => {
    const xmpp = await online();
    const seen: Message[] = [];
    xmpp.messages.describe((_message, context) => {
      context.sentAt = new Date(5);
    });
    xmpp.onMessage((message) => seen.push(message));
    await xmpp.receive("<message from='a@b/c'><body>hi</body></message>");
    const message = seen[0] as Message;
    const { context } = message.compact();
    expect(context.outer).not.toBe(message);
    expect(context.outer.body).toBe('hi');
    expect(context).toMatchObject({ way: 'in', kind: 'chat', sentAt: new Date(5), class: 'content', source: 'stream' });
    expect([context.peer.full, context.author.jid.full]).toEqual(['a@b', 'a@b']);
  });

  it('is answered as what it is a copy of', () => {
    const iq = received(Iq, "<iq xmlns='jabber:client' type='get' id='1' from='a@b/c'><x xmlns='urn:x'/></iq>");
    expect(iq.compact().reply().xml.origin?.request).toBe(iq.xml.origin);
    expect(iq.compact().copy().reply().xml.origin?.request).toBe(iq.xml.origin);
  });

  it('may be written to where the original may', () => {
    const compact = new Message({ body: 'x' }).compact();
    compact.body = 'y';
    expect(compact.body).toBe('y');
  });
});
