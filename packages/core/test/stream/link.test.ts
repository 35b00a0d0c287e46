import { DEFAULT_LIMITS, XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { DisconnectedError, SestinaError } from '../../src/errors.js';
import { declareSecret } from '../../src/stanza/secrets.js';
import { StreamError } from '../../src/stanza/stream-error.js';
import { TlsInjectionError } from '../../src/stream/connection-errors.js';
import { Link, type LinkOwner } from '../../src/stream/link.js';
import { ConnectionLostError } from '../../src/stream/link-errors.js';
import { Tracer } from '../../src/stream/tracer.js';
import { ManualClock } from '../helpers/stream-clock.js';
import { expected, failure, handedOver, linked, opened, opening, signal } from '../helpers/stream-link.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { FEATURES, HEADER, MemoryTransport } from '../helpers/stream-transport.js';

watchRejections();

const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const message = (id: string) => `<message id='${id}'/>`;

describe('negotiation', () => {
  it('gives elements to whoever asks, before and after they come', async () => {
    const { link, wire } = await opened();
    wire.receive(FEATURES);
    expect((await link.receive()).name).toBe('features');
    const next = link.receive();
    wire.receive(message('1'));
    expect((await next).attribute('id')).toBe('1');
  });

  it('keeps those in order that nobody asks for', async () => {
    const { link, wire } = await opened();
    const third = link.receive((element) => element.attribute('id') === '3');
    wire.receive(message('1') + message('2') + message('3') + message('4'));
    expect((await third).attribute('id')).toBe('3');
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await link.receive()).attribute('id'));
    expect(ids).toEqual(['1', '2', '4']);
  });

  it('hands over what it has kept, in order, and what comes from then on', async () => {
    const { link, wire, pushed } = await opened();
    wire.receive(message('1') + message('2'));
    expect(pushed).toEqual([]);
    link.handOver();
    wire.receive(message('3'));
    expect(pushed).toEqual(['1', '2', '3']);
    const asked = link.receive((element) => element.attribute('id') === '5');
    wire.receive(message('4') + message('5') + message('6'));
    expect((await asked).attribute('id')).toBe('5');
    expect(pushed).toEqual(['1', '2', '3', '4', '6']);
  });

  it('rejects whoever asks with what their predicate throws', async () => {
    const { link, wire } = await opened();
    const asked = link.receive(() => {
      throw new Error('bad predicate');
    });
    const other = link.receive();
    wire.receive(message('1'));
    await expect(asked).rejects.toThrow('bad predicate');
    expect((await other).attribute('id')).toBe('1');
  });

  it('ends where the peer fills the memory before there is a session', async () => {
    const { link, wire, closed } = await opened();
    const asked = link.receive((element) => element.name === 'never');
    const failed = failure(asked);
    for (let i = 0; i < 101; i++) wire.receive(message('x').repeat(100));
    expect(await failed).toMatchObject({ condition: 'policy-violation' });
    await Promise.resolve();
    expect(closed.length).toBe(1);
  });

  it('opens a further stream on the same transport', async () => {
    const { link, wire } = await opened();
    const success = link.receive(undefined, () => true);
    wire.receive("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    await success;
    const header = link.openStream(opening, expected);
    wire.receive(HEADER.replace('s1', 's2'));
    expect(await header).toMatchObject({ id: 's2' });
  });

  it('refuses to open one where something came behind the end of the last', async () => {
    for (const behind of [FEATURES, '<', 'x']) {
      const { link, wire } = await opened();
      const success = link.receive(undefined, () => true);
      wire.receive(`<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>${behind}`);
      await success;
      expect(await failure(link.openStream(opening, expected))).toMatchObject({ condition: 'bad-format' });
      expect(wire.ended).toBe(true);
    }
  });
});

it('refuses a further stream in the middle of something, also where nobody stopped the one before', async () => {
  const { link, wire } = await opened();
  wire.receive(`${FEATURES}<mess`);
  await link.receive();
  expect(await failure(link.openStream(opening, expected))).toMatchObject({ condition: 'bad-format' });
});

describe('STARTTLS', () => {
  const proceed = `<proceed xmlns='${TLS}'/>`;
  const isProceed = (element: XmlElement) => element.name === 'proceed';

  it('starts where nothing came behind the go-ahead, white space excepted', async () => {
    for (const space of ['', ' ', '\r\n']) {
      const { link, wire } = await opened();
      const asked = link.receive(undefined, isProceed);
      wire.receive(proceed + space);
      await asked;
      await link.startTls(signal);
      expect(wire.secure).toBe(true);
      const header = link.openStream(opening, expected);
      wire.receive(HEADER);
      expect(await header).toMatchObject({ id: 's1' });
    }
  });

  it.each([
    ['in the same segment', (wire: MemoryTransport, text: string) => wire.receive(proceed + text)],
    [
      'in a second segment',
      (wire: MemoryTransport, text: string) => {
        wire.receive(proceed);
        wire.receive(text);
      },
    ],
  ])('is refused where something came %s: the connection is cut, nothing is sent', async (_where, deliver) => {
    for (const text of [FEATURES, "<iq type='result'/>", '<', 'garbage', '\u0016\u0003\u0001']) {
      const { link, wire, closed } = await opened();
      const asked = link.receive(undefined, isProceed);
      deliver(wire, text);
      await asked;
      const error = await failure(link.startTls(signal));
      expect(error, JSON.stringify(text)).toBeInstanceOf(TlsInjectionError);
      expect(wire.destroyed).toBe(true);
      expect(wire.secure).toBe(false);
      expect(wire.written).toEqual([]);
      expect(closed).toEqual([error]);
    }
  });

  it('is refused where an element came before the go-ahead was looked for', async () => {
    const { link, wire } = await opened();
    wire.receive(proceed + FEATURES);
    await link.receive(isProceed, isProceed);
    expect(await failure(link.startTls(signal))).toBeInstanceOf(TlsInjectionError);
  });

  it('closes the connection where the handshake fails', async () => {
    const error = new Error('bad certificate');
    const securing = Promise.reject(error);
    securing.catch(() => {});
    const { link, wire, closed } = await opened({ securing });
    expect(await failure(link.startTls(signal))).toBe(error);
    expect(wire.destroyed).toBe(true);
    expect(wire.written).toEqual([]);
    expect(closed).toEqual([error]);
  });

  it('says no goodbye into the handshake', async () => {
    const { link, wire } = await opened({ securing: new Promise(() => {}) });
    void link.startTls(signal);
    await link.shutdown(1_000, new DisconnectedError('enough'));
    expect(wire.written).toEqual([]);
    expect(wire.closed).toBe(true);
  });
});

describe('the end', () => {
  it('comes with a stream error of the peer, which is answered with a goodbye', async () => {
    const { link, wire, closed, pushed } = await handedOver();
    const asked = failure(link.receive((element) => element.name === 'never'));
    wire.receive(
      "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>" +
        message('late'),
    );
    expect(link.ending).toBe(true);
    expect(link.writable).toBe(false);
    expect(wire.text).toBe('</stream:stream>');
    await Promise.resolve();
    expect(closed).toEqual([expect.any(StreamError)]);
    expect(closed[0]).toMatchObject({ condition: 'conflict', origin: 'peer' });
    expect(await asked).toBe(closed[0]);
    expect(pushed).toEqual([]);
  });

  it.each([
    ["<banana xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", 'undefined-condition'],
    ['', 'undefined-condition'],
  ])('comes with a stream error that says little: %j', async (inside, condition) => {
    const { wire, closed } = await handedOver();
    wire.receive(`<stream:error>${inside}</stream:error>`);
    await Promise.resolve();
    expect(closed[0]).toMatchObject({ condition });
  });

  it('comes with the peer’s goodbye, which is returned; what is behind it is not read', async () => {
    const { wire, closed, pushed } = await handedOver();
    wire.receive(`</stream:stream>${message('late')}`);
    wire.receive(message('later'));
    expect(wire.text).toBe('</stream:stream>');
    await Promise.resolve();
    expect(closed[0]).toMatchObject({ reason: 'closed' });
    expect(pushed).toEqual([]);
  });

  it('comes with a closed connection, inside a stanza or not', async () => {
    const clean = await handedOver();
    clean.wire.close();
    expect(clean.closed[0]).toMatchObject({ reason: 'closed' });
    const cut = await handedOver();
    cut.wire.receive('<message><bo');
    cut.wire.close();
    expect(cut.closed[0]).toMatchObject({ reason: 'truncated' });
    const error = new Error('ECONNRESET');
    const reset = await handedOver();
    reset.wire.close(error);
    expect(reset.closed[0]).toMatchObject({ reason: 'network', cause: error });
    expect(reset.closed[0]).toBeInstanceOf(ConnectionLostError);
  });

  it('keeps a typed error of the transport', async () => {
    class WebSocketError extends SestinaError {
      readonly code = 'ERR_WS';
    }
    const { wire, closed } = await handedOver();
    const error = new WebSocketError('1009');
    wire.close(error);
    expect(closed).toEqual([error]);
  });

  it('comes with XML that is none, and after it not one more element', async () => {
    const { wire, closed, pushed } = await handedOver();
    wire.receive(`${message('1')}<a></b>${message('2')}`);
    wire.receive(message('3'));
    await Promise.resolve();
    expect(pushed).toEqual(['1']);
    expect(wire.text).toMatch(/^<stream:error><not-well-formed .*<\/stream:error><\/stream:stream>$/);
    expect(closed[0]).toMatchObject({ condition: 'not-well-formed', origin: 'local' });
  });

  it('comes within two seconds of a stream error, whatever the transport does', async () => {
    const { clock, link, wire, closed } = await handedOver({ deaf: true });
    const error = new StreamError('policy-violation');
    link.fail(error);
    link.fail(new StreamError('conflict'));
    expect(clock.pending).toBe(1);
    expect(closed).toEqual([]);
    await clock.advance(2_000);
    expect(wire.destroyed).toBe(true);
    expect(closed).toEqual([error]);
    expect(clock.pending).toBe(0);
  });

  it('exchanges goodbyes on shutdown, and reads on until the peer’s comes', async () => {
    const { clock, link, wire, closed, pushed } = await handedOver();
    const reason = new DisconnectedError('done');
    const gone = link.shutdown(5_000, reason);
    expect(wire.text).toBe('</stream:stream>');
    expect(link.writable).toBe(false);
    expect(link.sendElement(new XmlElement('message', 'jabber:client'))).toBe(false);
    wire.receive(message('last'));
    expect(pushed).toEqual(['last']);
    wire.receive('</stream:stream>');
    await gone;
    expect(closed).toEqual([reason]);
    expect(wire.text).toBe('</stream:stream>');
    expect(wire.destroyed).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('does not wait longer than it was told to', async () => {
    const { clock, link, wire, closed } = await handedOver();
    const gone = link.shutdown(5_000, new DisconnectedError('done'));
    await clock.advance(4_999);
    expect(closed).toEqual([]);
    await clock.advance(1);
    await gone;
    expect(wire.destroyed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('does not hang on shutdown where the peer sends garbage in place of its goodbye', async () => {
    const { clock, link, wire, closed } = await handedOver();
    const reason = new DisconnectedError('done');
    const gone = link.shutdown(5_000, reason);
    wire.receive('<a></b>');
    await gone;
    expect(closed).toEqual([reason]);
    expect(wire.text).toBe('</stream:stream>');
    expect(clock.pending).toBe(0);
  });

  it('closes without a word where no stream was opened', async () => {
    const { clock, link, wire } = await linked();
    await link.shutdown(1_000, new DisconnectedError('done'));
    expect(wire.written).toEqual([]);
    expect(wire.closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('is told once, and rejects everything that is asked afterwards', async () => {
    for (const closesAtOnce of [true, false]) {
      const { link, wire, closed } = await handedOver({ closesAtOnce });
      const reason = new DisconnectedError('enough');
      link.destroy(reason);
      link.destroy(new DisconnectedError('again'));
      wire.close(new Error('late'));
      await Promise.resolve();
      expect(closed).toEqual([reason]);
      expect(await failure(link.receive())).toBe(reason);
      expect(await failure(link.openStream(opening, expected))).toBe(reason);
      expect(await failure(link.startTls(signal))).toBe(reason);
      await link.shutdown(1_000, reason);
      expect(link.closed).toBe(true);
      expect(link.reason).toBe(reason);
    }
  });

  it('destroys a transport that was opened too late', async () => {
    let open: () => void = () => {};
    const connecting = new Promise<void>((resolve) => {
      open = resolve;
    });
    const wire = new MemoryTransport({ connecting });
    const owner: LinkOwner = { element: () => {}, heard: () => {}, drain: () => {}, closed: () => {} };
    const link = new Link(wire, DEFAULT_LIMITS, owner, new ManualClock());
    const failed = failure(link.connect(signal));
    link.destroy(new DisconnectedError('enough'));
    wire.destroyed = false;
    open();
    expect(await failed).toMatchObject({ message: 'enough' });
    expect(wire.destroyed).toBe(true);
  });
});

describe('things of the program’s own that fail', () => {
  class BadTracer extends Tracer {
    incoming(): void {
      throw new Error('in');
    }
    outgoing(): void {
      throw new Error('out');
    }
  }

  it('a tracer is reported, and everything goes on', async () => {
    const { link, wire, failures } = await opened({}, new BadTracer());
    const asked = link.receive();
    wire.receive(message('1'));
    expect((await asked).attribute('id')).toBe('1');
    expect(link.sendElement(new XmlElement('message', 'jabber:client'))).toBe(true);
    expect(failures).toEqual(['tracer: in', 'tracer: out']);
  });

  it('a transport that throws is a connection that is lost', async () => {
    const { link, wire, closed, failures } = await handedOver();
    wire.onWrite = () => {
      throw new Error('broken');
    };
    expect(link.sendElement(new XmlElement('message', 'jabber:client'))).toBe(false);
    expect(failures).toEqual(['transport: broken']);
    expect(closed[0]).toMatchObject({ reason: 'network' });
  });
});

describe('a tracer', () => {
  it('sees what goes in and out, secrets replaced, and the original is not touched', async () => {
    // As the package does that logs in.
    declareSecret({ name: 'auth', namespace: 'urn:ietf:params:xml:ns:xmpp-sasl' });
    const seen: string[] = [];
    class Recorder extends Tracer {
      incoming(element: XmlElement): void {
        seen.push(`< ${element}`);
      }
      outgoing(element: XmlElement): void {
        seen.push(`> ${element}`);
      }
    }
    const { link, wire } = await opened({}, new Recorder());
    link.sendElement(new XmlElement('auth', 'urn:ietf:params:xml:ns:xmpp-sasl').append('c2VjcmV0'));
    const query = new XmlElement('query', 'jabber:iq:register');
    query.append(new XmlElement('password', 'jabber:iq:register').append('secret'));
    link.sendElement(new XmlElement('iq', 'jabber:client', { id: '1' }).append(query));
    link.sendElement(new XmlElement('resume', 'urn:xmpp:sm:3', { previd: 'secret', h: '1' }));
    const asked = link.receive();
    wire.receive("<enabled xmlns='urn:xmpp:sm:3' id='secret'/>");
    expect((await asked).attribute('id')).toBe('secret');
    expect(seen.join('\n')).not.toContain('secret');
    expect(seen.join('\n')).not.toContain('c2VjcmV0');
    expect(seen.length).toBe(4);
    expect(wire.text).toContain('<password>secret</password>');
    expect(wire.text).toContain('c2VjcmV0');
  });
});
