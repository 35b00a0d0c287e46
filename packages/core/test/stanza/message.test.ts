import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';
import { viewOf } from '../../src/stanza/element.js';
import { Iq } from '../../src/stanza/iq.js';
import { Message } from '../../src/stanza/message.js';
import { Presence } from '../../src/stanza/presence.js';
import { StanzaError } from '../../src/stanza/stanza-error.js';
import { StanzaValueError } from '../../src/stanza/value-error.js';
import { received, xml } from '../helpers/received.js';

const CHAT =
  "<message xmlns='jabber:client' id='m1' from='juliet@capulet.example/balcony' to='romeo@montague.example/orchard' type='chat'>" +
  "<body>Art thou not Romeo?</body><thread parent='e0ffe42b'>7edac73a</thread></message>";

describe('a message', () => {
  it('reads its own', () => {
    const message = new Message(xml(CHAT));
    expect(message).toMatchObject({ id: 'm1', type: 'chat', thread: '7edac73a', parentThread: 'e0ffe42b' });
    expect(message.from).toEqual(JID.parse('juliet@capulet.example/balcony'));
    expect(message.to?.bare.full).toBe('romeo@montague.example');
    expect([message.subject, message.error, message.lang]).toEqual([undefined, undefined, undefined]);
  });

  // RFC 6121 §5.2.2.
  it.each([['banana'], [''], ['Chat'], ['constructor']])('of the unknown type %j counts as normal', (type) => {
    expect(new Message(xml(`<message xmlns='jabber:client' type='${type}'/>`)).type).toBe('normal');
  });

  it('without a type is normal, and stays without', () => {
    const message = new Message({ body: 'x' });
    expect(message.type).toBe('normal');
    expect(message.xml.attribute('type')).toBeUndefined();
  });

  it('with a malformed address throws on reading that address only', () => {
    const message = new Message(xml("<message xmlns='jabber:client' from='a b@c' to='d@e'/>"));
    expect(() => message.from).toThrow(StanzaValueError);
    expect(message.to?.full).toBe('d@e');
  });

  it('has a parent thread with and without a thread', () => {
    const message = new Message({ parentThread: 'p' });
    expect([message.parentThread, message.thread]).toEqual(['p', '']);
    message.thread = 't';
    expect(message.toString()).toBe("<message xmlns='jabber:client'><thread parent='p'>t</thread></message>");
    message.parentThread = undefined;
    expect([message.parentThread, message.thread]).toEqual([undefined, 't']);
    message.thread = undefined;
    message.parentThread = undefined;
    expect(message.toString()).toBe("<message xmlns='jabber:client'/>");
  });

  it('says how to send it where it belongs to no stream', () => {
    expect(() => new Message().send()).toThrow(/xmpp\.send\(stanza\)/);
  });

  it('is sent on the stream that it belongs to, and so are its copies', () => {
    const sent: unknown[] = [];
    const stream = { send: (stanza: unknown, options: unknown) => sent.push([stanza, options]) as never };
    const message = received(Message, CHAT, stream);
    const copy = message.copy();
    const bound = new Message().bind(stream);
    const options = { ttl: 5 };
    message.send();
    copy.send(options);
    bound.send();
    expect(sent).toEqual([
      [message, undefined],
      [copy, options],
      [bound, undefined],
    ]);
  });
});

describe('reply()', () => {
  it('goes to the sender, with the same type and thread, as a message of its own', () => {
    expect(received(Message, CHAT).reply('Neither, fair saint').toString()).toBe(
      "<message xmlns='jabber:client' type='chat' to='juliet@capulet.example/balcony' from='romeo@montague.example/orchard'>" +
        "<thread parent='e0ffe42b'>7edac73a</thread><body>Neither, fair saint</body></message>",
    );
  });

  it('leaves it to the server of a client to say whom it comes from', () => {
    const stream = { isComponent: false, send: () => undefined as never };
    // The address that it was sent to may be that of another of our resources, as in a carbon.
    expect(received(Message, CHAT, stream).reply().from).toBeUndefined();
    expect(received(Message, CHAT, { ...stream, isComponent: true }).reply().from?.full).toBe(
      'romeo@montague.example/orchard',
    );
  });

  it('can be written to, and sent on the same stream', () => {
    const stream = { send: () => undefined as never };
    const reply = received(Message, CHAT, stream).reply();
    reply.body = 'x';
    expect(reply.stream).toBe(stream);
    expect(reply.xml.readOnly).toBe(false);
    expect(reply.id).toBeUndefined();
  });

  it('in a group chat goes to the room', () => {
    const message = received(
      Message,
      "<message xmlns='jabber:client' from='room@muc.example/nick' to='me@here.example/r' type='groupchat'><body>x</body></message>",
    );
    expect(message.reply('y').to?.full).toBe('room@muc.example');
    expect(message.reply('y').type).toBe('groupchat');
  });

  it('to a private message of an occupant goes to the occupant', () => {
    const message = received(Message, "<message xmlns='jabber:client' from='room@muc.example/nick' type='chat'/>");
    expect(message.reply('y').to?.full).toBe('room@muc.example/nick');
  });

  it('to one of an unknown type has no type', () => {
    expect(received(Message, "<message xmlns='jabber:client' from='a@b' type='banana'/>").reply().toString()).toBe(
      "<message xmlns='jabber:client' to='a@b'/>",
    );
  });

  describe('where there is no sender', () => {
    const NO_FROM = "<message xmlns='jabber:client' id='1'><body>x</body></message>";
    const client = { isComponent: false, boundJid: JID.parse('me@here.example/r'), send: () => undefined as never };

    it('goes to the own account of a client (RFC 6120 §8.1.2.1)', () => {
      const message = received(Message, NO_FROM, client);
      for (const each of [message, message.copy(), message.compact()]) {
        expect(each.reply('y').to?.full).toBe('me@here.example');
        expect(each.errorReply('forbidden').to?.full).toBe('me@here.example');
      }
      const presence = received(Presence, "<presence xmlns='jabber:client' type='subscribe'/>", client);
      expect(presence.reply('subscribed').to?.full).toBe('me@here.example');
    });

    it.each([
      ['on a component', received(Message, NO_FROM, { ...client, isComponent: true })],
      ['before there is an address', received(Message, NO_FROM, { ...client, boundJid: undefined })],
      ['on no stream', received(Message, NO_FROM)],
      ['where it was made here', new Message({ to: 'a@b', body: 'x' }).bind(client)],
    ])('is refused %s, and says what to do', (_, message) => {
      expect(() => message.reply('y')).toThrow(/no "from".*xmpp\.message\(\{ to, … \}\)/);
      expect(() => message.errorReply('forbidden')).toThrow(TypeError);
    });

    it('leaves the answer to an iq to the server, as the question was', () => {
      const iq = received(Iq, "<iq xmlns='jabber:client' type='get' id='1'/>");
      expect(iq.reply().toString()).toBe("<iq xmlns='jabber:client' type='result' id='1'/>");
    });
  });

  it('answers one whose type would make an iq an answer', () => {
    const odd = received(Message, "<message xmlns='jabber:client' type='result' id='1' from='a@b'/>");
    expect(odd.errorReply('bad-request').to?.full).toBe('a@b');
  });

  it('never answers an error', () => {
    const error = received(Message, "<message xmlns='jabber:client' type='error' from='a@b'/>");
    expect(() => error.reply('x')).toThrow(TypeError);
    expect(() => error.errorReply('bad-request')).toThrow(/never answered/);
  });
});

describe('errorReply()', () => {
  it('swaps the addresses and keeps the id', () => {
    expect(received(Message, CHAT).errorReply('service-unavailable', 'gone fishing').toString()).toBe(
      "<message xmlns='jabber:client' type='error' id='m1' to='juliet@capulet.example/balcony' from='romeo@montague.example/orchard'>" +
        "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" +
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>gone fishing</text></error></message>",
    );
  });

  it('takes a whole error, as often as it is wanted', () => {
    const error = new StanzaError('conflict', { type: 'wait', application: xml("<x xmlns='urn:app'/>") });
    const [one, other] = [received(Message, CHAT).errorReply(error), received(Message, CHAT).errorReply(error)];
    expect([one.error?.condition, one.error?.type]).toEqual(['conflict', 'wait']);
    one.error?.application?.append('changed');
    expect(other.error?.application?.text).toBe('');
    expect(error.application?.text).toBe('');
  });

  it('of a forwarded message is not tied to the outer one', () => {
    const outer = received(Message, `<message xmlns='jabber:client'><f xmlns='urn:f'>${CHAT}</f></message>`);
    const inner = outer.xml.child('f', 'urn:f')?.child('message', 'jabber:client');
    expect(inner && viewOf(Message, inner).errorReply('forbidden').to?.full).toBe('juliet@capulet.example/balcony');
  });
});
