import { SerializeError, XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import type { SendError } from '../../src/sending.js';
import { ElementView } from '../../src/stanza/element.js';
import { parseStanza } from '../../src/stanza/parse-stanza.js';
import { xml } from '../../src/stanza/xml.js';
import { consoleTracer } from '../../src/stream/console-tracer.js';
import { streamFraming } from '../../src/stream/framing.js';
import { MemoryTransport, serve } from '../helpers/stream-transport.js';
import { online, TestXMPP } from '../helpers/stream-xmpp.js';

describe('send() of an element', () => {
  it('writes it as the stanza that it is', async () => {
    const xmpp = await online();
    await xmpp.send(xml('message', { to: 'a@b' }, xml('body', {}, 'hi')));
    expect(xmpp.wire.take()).toMatch(/^<message to='a@b' id='[^']+'><body>hi<\/body><\/message>$/);
    await xmpp.send(xml('active', { xmlns: 'urn:xmpp:csi:0' }));
    expect(xmpp.wire.take()).toBe("<active xmlns='urn:xmpp:csi:0'/>");
    await xmpp.send(parseStanza('<presence><show>away</show></presence>'));
    expect(xmpp.wire.take()).toBe('<presence><show>away</show></presence>');
  });

  it('does for it what it does for a stanza object: own presence is known, filters see a stanza', async () => {
    const xmpp = await online();
    const seen: string[] = [];
    xmpp.addFilter('out', (stanza) => {
      seen.push(stanza.constructor.name);
      return stanza;
    });
    await xmpp.send(xml('presence', {}, xml('show', {}, 'away')));
    expect(seen).toEqual(['Presence']);
  });

  it.each([[undefined], [null], ['<message/>'], [{}], [{ xml: {} }], [{ xml: '<message/>' }]])(
    'refuses %j',
    async (what) => {
      const xmpp = await online();
      expect(() => xmpp.send(what as never)).toThrow(/send\(\) takes a stanza or an element.*parseStanza\(\)/);
      expect(xmpp.wire.take()).toBe('');
    },
  );

  it('refuses a payload that is none where it is put in, in words', async () => {
    const xmpp = await online();
    for (const broken of [{}, { tag: 'x' }, 'text', 5]) {
      expect(() => xmpp.iq({ type: 'get' }, broken as never)).toThrow('<iq> can hold elements and text, got undefined');
      await expect(xmpp.iqGet('a@b', broken as never)).rejects.toThrow('<iq> can hold elements and text');
    }
    expect(() => xmpp.message().xml.append(new ElementView(new XmlElement('x', 'urn:x')) as never)).toThrow(
      'give its .xml',
    );
    expect(xmpp.wire.take()).toBe('');
  });
});

describe('an element in no namespace', () => {
  const NONE = [
    new XmlElement('message', ''),
    xml('body', {}, 'hi'),
    new XmlElement('iq', '', { type: 'get', id: '1' }),
  ];

  it.each(NONE.map((element) => [String(element), element] as const))(
    'is not written, and says why: %s',
    async (_, element) => {
      for (const framing of [streamFraming, { ...streamFraming, implicitNamespace: '' }]) {
        const xmpp = await online({ transport: () => serve(new MemoryTransport({ framing })) });
        for (const what of [element, new ElementView(element)]) {
          const error = await xmpp.send(what as XmlElement).then(undefined, (reason: unknown) => reason as SendError);
          expect(error).toMatchObject({ reason: 'invalid', retryable: false });
          expect(String(error)).toMatch(/no namespace.*xmpp\.message\(\).*parseStanza\(\)/);
        }
        expect(() => xmpp.sendElement(element)).toThrow(SerializeError);
        expect([xmpp.wire.take(), xmpp.state]).toEqual(['', 'online']);
        await xmpp.dispose();
      }
    },
  );

  it('is not queued before the session either', async () => {
    const xmpp = new TestXMPP();
    const sending = xmpp.send(NONE[0] as XmlElement);
    expect([sending.state, sending.error?.reason, xmpp.sendQueue.length]).toEqual(['failed', 'invalid', 0]);
  });

  it('may stand inside of a stanza, as XML allows', async () => {
    const xmpp = await online();
    await xmpp.send(parseStanza("<presence><x xmlns=''/></presence>"));
    expect(xmpp.wire.take()).toBe("<presence><x xmlns=''/></presence>");
  });
});

describe('consoleTracer()', () => {
  it('writes a line for each element, without secrets', async () => {
    const lines: string[] = [];
    const xmpp = await online({ tracer: consoleTracer((line) => lines.push(line)) });
    lines.length = 0;
    await xmpp.send(
      xml('iq', { type: 'set', id: '1' }, xml('query', { xmlns: 'jabber:iq:auth' }, xml('password', {}, 'hunter2'))),
    );
    await xmpp.receive("<message from='a@b'><body>hi</body></message>");
    expect(lines).toEqual([
      "SEND <iq xmlns='jabber:client' type='set' id='1'><query xmlns='jabber:iq:auth'><password>***</password></query></iq>",
      "RECV <message xmlns='jabber:client' from='a@b'><body>hi</body></message>",
    ]);
  });

  it('goes to the console where nothing else is said', () => {
    const { log } = console;
    const lines: unknown[] = [];
    console.log = (...line: unknown[]) => void lines.push(line);
    try {
      consoleTracer().incoming(xml('a', { xmlns: 'urn:a' }));
    } finally {
      console.log = log;
    }
    expect(lines).toEqual([["RECV <a xmlns='urn:a'/>"]]);
  });
});
