import type { XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { element } from '../../src/stanza/element.js';
import { attr } from '../../src/stanza/fields.js';
import type { Message } from '../../src/stanza/message.js';
import { Callback } from '../../src/stream/handlers.js';
import { MatchPath } from '../../src/stream/matchers.js';
import { Seeded } from '../helpers/seeded.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, record } from '../helpers/stream-xmpp.js';
import { BOB, idOf, Version } from './requests.js';

watchRejections();

class Query extends element('query', 'jabber:iq:roster', { ver: attr('ver') }) {}

describe('messages', () => {
  it('are events where they have a body, of every type but error', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    const errors: unknown[] = [];
    const listened: unknown[] = [];
    xmpp.on('message', ({ id }) => seen.push(id));
    xmpp.on('messageError', ({ id }) => errors.push(id));
    xmpp.onMessage(({ id }) => listened.push(id));
    await xmpp.receive(
      `<message id='1' from='${BOB}'><body>x</body></message>` +
        `<message id='2' from='${BOB}' type='chat'><body/></message>` +
        `<message id='3' from='${BOB}' type='groupchat'><subject>x</subject></message>` +
        `<message id='4' from='${BOB}' type='error'><body>x</body></message>` +
        `<message id='5' from='${BOB}' type='banana'><body>x</body></message>` +
        `<message id='6' from='${BOB}'><body xmlns='urn:other'>x</body></message>`,
    );
    expect(seen).toEqual(['1', '2', '5']);
    expect(errors).toEqual(['4']);
    expect(listened).toEqual(['1', '2', '3', '5', '6']);
  });

  it('go to those who want their payload, or their type', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.onMessage(({ id }, version) => seen.push([id, version.name]), { payload: Version });
    xmpp.onMessage(({ id }) => seen.push(id), { type: 'error' });
    await xmpp.receive(
      `<message id='1' from='${BOB}'><query xmlns='jabber:iq:version' name='x'/></message>` +
        `<message id='2' from='${BOB}'/><message id='3' type='error' from='${BOB}'><query xmlns='jabber:iq:version'/></message>`,
    );
    expect(seen).toEqual([['1', 'x'], '3']);
  });

  it('are shared by all handlers and read-only', async () => {
    const xmpp = await online();
    const got: Message[] = [];
    xmpp.on('message', (message) => got.push(message));
    xmpp.onMessage((message) => got.push(message));
    await xmpp.receive(`<message id='1' from='${BOB}'><body>x</body></message>`);
    expect(got[0]).toBe(got[1]);
    const [message] = got;
    expect(() => {
      if (message) message.body = 'y';
    }).toThrow(/copy\(\)/);
    expect(message?.copy().set({ body: 'y' }).body).toBe('y');
    expect(message?.stream).toBe(xmpp);
  });

  it('get an id when they are sent, presence does not', async () => {
    const xmpp = await online();
    xmpp.sendMessage({ to: BOB, body: 'x' });
    expect(xmpp.wire.take()).toMatch(/^<message to='bob@example.net\/x' id='[\w-]{20}'>/);
    xmpp.sendPresence();
    expect(xmpp.wire.take()).toBe('<presence/>');
  });

  it('that were received can be sent on as they are', async () => {
    const xmpp = await online();
    const got = xmpp.wait('message');
    await xmpp.receive(`<message from='${BOB}' id='7'><body>x</body></message>`);
    expect(await xmpp.send(await got)).toBe('written');
    expect(xmpp.wire.take()).toContain("id='7'");
  });
});

describe('a stanza with an address that is none', () => {
  const NICK = "<message from='room@muc.example.org/heart\u2764\ufe0f' type='groupchat'><body>hi</body></message>";

  it('is given to who asks for it, as it came and for good, and to no handler', async () => {
    const xmpp = await online();
    const got: XmlElement[] = [];
    const handled = record(xmpp, 'message', 'presence');
    xmpp.onMessage(() => handled.push('handler'), { inStream: true });
    await xmpp.receive(NICK);
    const registration = xmpp.on('malformedStanza', ({ element }) => got.push(element));
    await xmpp.receive(`${NICK}<presence from='@'/>`);
    registration.dispose();
    await xmpp.receive(NICK);
    expect(got.map(({ name }) => name)).toEqual(['message', 'presence']);
    expect(got[0]?.attribute('from')).toBe('room@muc.example.org/heart\u2764\ufe0f');
    expect(got[0]?.child('body')?.text).toBe('hi');
    expect(() => got[0]?.setAttribute('from', 'boss@example.org')).toThrow(/copy\(\)/);
    expect(handled).toEqual([]);
    expect(xmpp.state).toBe('online');
  });
});

describe('first-level elements that are no stanza', () => {
  it.each([
    ['unknown in our namespace', '<subscribe/>', 'unsupported-stanza-type'],
    ['a message in another', "<message xmlns='jabber:server' from='boss@example.org'/>", 'invalid-namespace'],
    ['a message in none', "<message xmlns=''/>", 'invalid-namespace'],
    ['an iq in another', "<iq xmlns='jabber:component:accept' type='get' id='1'/>", 'invalid-namespace'],
    ['a stream in the stream', '<stream:stream/>', 'bad-format'],
  ])('end the stream: %s', async (_what, text, condition) => {
    const xmpp = await online();
    const lost = xmpp.wait('disconnected');
    await xmpp.receive(text);
    expect(xmpp.wire.text).toMatch(new RegExp(`^<stream:error><${condition} .*</stream:stream>$`));
    expect((await lost).reason).toMatchObject({ condition, origin: 'local' });
    // What one stanza did must not keep us away for ever.
    expect((await lost).willReconnect).toBe(true);
  });

  it.each([
    ['one of a protocol that nobody knows', "<x xmlns='http://server.example/own'/>"],
    ['one that looks like a stream error', "<stream:error xmlns:stream='http://etherx.jabber.org/streams/'/>"],
    ['late features', "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"],
    ['enabled that nobody asked for', "<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true'/>"],
    ['success that nobody asked for', "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
    ['proceed that nobody asked for', "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
  ])('are ignored: %s', async (_what, text) => {
    const xmpp = await online();
    const seen = record(xmpp, 'message');
    await xmpp.receive(`${text}<message from='${BOB}'><body>after</body></message>`);
    expect(seen).toEqual(['message']);
    expect(xmpp.wire.take()).toBe('');
    expect(xmpp.state).toBe('online');
  });

  it('are taken by a handler that was registered for them', async () => {
    const xmpp = await online();
    const seen: string[] = [];
    const matcher = new MatchPath('{urn:example}thing');
    xmpp.registerHandler(new Callback('thing', matcher, (stanza) => seen.push(stanza.xml.name)));
    await xmpp.receive("<thing xmlns='urn:example'/>");
    expect(seen).toEqual(['thing']);
    expect(xmpp.state).toBe('online');
  });
});

describe('a roster fetch against roster pushes', () => {
  it('ends with the newest state in ten thousand interleavings', async () => {
    const random = new Seeded();
    const xmpp = await online({ keepAlive: false });
    let shown = '';
    const update = xmpp.onIq('set', Query, (query) => {
      shown = query.ver ?? '';
    });
    for (let round = 0; round < 10_000; round++) {
      shown = 'nothing';
      const fetch = async () => {
        const query = await xmpp.iqGet(undefined, new Query({}), { answer: Query });
        shown = query.ver ?? '';
      };
      // As deep in promises as a program may have it.
      const nested = random.chance() ? fetch() : (async () => (async () => await fetch())())();
      const id = idOf(xmpp.wire.take());
      const before = random.int(0, 3);
      const after = random.int(0, 3);
      const texts: string[] = [];
      for (let ver = 0; ver <= before + after; ver++) {
        const query = `<query xmlns='jabber:iq:roster' ver='${ver}'/>`;
        texts.push(
          ver === before
            ? `<iq type='result' id='${id}'>${query}</iq>`
            : `<iq type='set' id='push${ver}'>${query}</iq>`,
        );
        if (random.chance()) texts.push(`<message from='${BOB}'><body>x</body></message>`);
      }
      // In one piece, in pieces of any size, with or without a turn between them.
      let text = texts.join('');
      while (text !== '') {
        const size = random.chance() ? text.length : random.int(1, text.length);
        xmpp.wire.receive(text.slice(0, size));
        text = text.slice(size);
        if (random.int(0, 3) === 0) await Promise.resolve();
        if (random.int(0, 9) === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await nested;
      for (let i = 0; shown !== `${before + after}` && i < 50; i++)
        await new Promise((resolve) => setImmediate(resolve));
      expect(shown, `seed ${random.seed}, round ${round}`).toBe(`${before + after}`);
      xmpp.wire.take();
    }
    update.dispose();
  }, 60_000);
});

describe('names that JavaScript knows', () => {
  it('are data and nothing else', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.on('message', ({ id }) => seen.push(id));
    for (const name of Object.getOwnPropertyNames(Object.prototype)) {
      const attribute = name.replace(/[^\w]/g, '');
      await xmpp.receive(
        `<message from='${BOB}' id='${name}' ${attribute}='x'><body>x</body><${attribute} xmlns='urn:x'/></message>` +
          `<iq type='result' id='${name}' from='${BOB}'/><iq type='${name}' id='1' from='${BOB}'><x xmlns='urn:x'/></iq>` +
          `<presence type='${name}' from='${BOB}'/>`,
      );
    }
    expect(seen).toEqual(Object.getOwnPropertyNames(Object.prototype));
    expect(xmpp.state).toBe('online');
    expect(xmpp.log.at('error')).toEqual([]);
  });
});
