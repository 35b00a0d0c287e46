import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { QueueFullError, SendError, type Sending, StanzaTooLargeError } from '../../src/sending.js';
import { Message } from '../../src/stanza/message.js';
import { streamFraming } from '../../src/stream/framing.js';
import type { Framing } from '../../src/stream/transport.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { MemoryTransport, serve } from '../helpers/stream-transport.js';
import { online, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

const to = 'bob@example.net';
const idsIn = (text: string) => [...text.matchAll(/<message[^>]* id='([^']+)'/g)].map((match) => match[1]);
const send = (xmpp: TestXMPP, id: string, options = {}): Sending => xmpp.sendMessage({ to, id, body: id }, options);

describe('the outcome of send()', () => {
  it('is written once the transport has it', async () => {
    const xmpp = await online();
    const sending = send(xmpp, '1');
    expect(sending.state).toBe('written');
    expect(await sending).toBe('written');
    expect(xmpp.wire.take()).toBe("<message to='bob@example.net' id='1'><body>1</body></message>");
  });

  it('is queued before the session, and written in the order of the calls when it starts', async () => {
    const xmpp = new TestXMPP();
    const sendings = ['1', '2', '3'].map((id) => send(xmpp, id));
    expect(sendings.map(({ state }) => state)).toEqual(['queued', 'queued', 'queued']);
    expect(xmpp.sendQueue.entries).toEqual(sendings);
    expect(xmpp.sendQueue.length).toBe(3);
    expect(xmpp.sendQueue.bytes).toBeGreaterThan(100);
    await xmpp.connect();
    await Promise.all(sendings);
    expect(idsIn(xmpp.wire.text)).toEqual(['1', '2', '3']);
    expect(xmpp.sendQueue.length).toBe(0);
    expect(xmpp.sendQueue.bytes).toBe(0);
  });

  it('is queued while the transport is busy, and written in order when it has drained', async () => {
    const xmpp = await online();
    xmpp.wire.ready = false;
    const sendings = ['1', '2', '3'].map((id) => send(xmpp, id));
    expect(sendings.map(({ state }) => state)).toEqual(['written', 'queued', 'queued']);
    xmpp.wire.drain();
    expect(sendings.map(({ state }) => state)).toEqual(['written', 'written', 'written']);
    expect(idsIn(xmpp.wire.take())).toEqual(['1', '2', '3']);
  });

  it('is one of the states, in their order, for whoever follows it', async () => {
    const xmpp = new TestXMPP();
    const seen: string[] = [];
    const sending = send(xmpp, '1');
    sending.onState((state) => seen.push(state));
    await xmpp.connect();
    sending.move('acked');
    sending.move('failed', new SendError('disconnected', 'too late'));
    expect(seen).toEqual(['written', 'acked']);
    expect(await sending.acked()).toBe('acked');
  });

  it('reports a callback that throws, and calls the others', async () => {
    const xmpp = new TestXMPP();
    const seen: string[] = [];
    const sending = send(xmpp, '1');
    sending.onState(() => {
      throw new Error('boom');
    });
    sending.onState((state) => seen.push(state));
    xmpp.onWritten(() => {
      throw new Error('boom too');
    });
    await xmpp.connect();
    expect(seen).toEqual(['written']);
    expect(xmpp.log.at('error')).toEqual([
      'callback of a stanza that was sent: boom',
      'callback of a stanza that was written: boom too',
    ]);
  });

  it('is told to onWritten in the order of writing', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    const registration = xmpp.onWritten(({ element }) => seen.push(element.attribute('id')));
    send(xmpp, '1');
    send(xmpp, '2');
    registration.dispose();
    send(xmpp, '3');
    expect(seen).toEqual(['1', '2']);
  });

  it('keeps what was queued as it was, whatever happens to the message afterwards', async () => {
    const xmpp = new TestXMPP();
    const message = xmpp.message({ to, id: '1', body: 'first' });
    const sending = message.send();
    message.body = 'second';
    await xmpp.connect();
    expect(xmpp.wire.text).toContain('<body>first</body>');
    expect(sending.element.child('body')?.text).toBe('first');
  });

  it('is serialized for the transport that it goes out on', async () => {
    const frames: Framing = { ...streamFraming, implicitNamespace: '', prefixes: new Map() };
    const xmpp = new TestXMPP({ transport: () => serve(new MemoryTransport({ framing: frames })) });
    send(xmpp, '1');
    await xmpp.connect();
    expect(xmpp.wire.text).toContain("<message xmlns='jabber:client' to=");
  });
});

describe('stanzas that are not sent', () => {
  it('fail after their ttl, and leave no timer', async () => {
    const xmpp = new TestXMPP();
    const sending = send(xmpp, '1', { ttl: 1_000 });
    const failed = expect(sending).rejects.toMatchObject({ reason: 'expired', retryable: true });
    await xmpp.manualClock.advance(1_000);
    await failed;
    expect([xmpp.sendQueue.length, xmpp.sendQueue.bytes]).toEqual([0, 0]);
    expect(xmpp.manualClock.pending).toBe(0);
    const other = send(xmpp, '2', { ttl: 1_000 });
    await xmpp.connect();
    expect(await other).toBe('written');
    await xmpp.disconnect();
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('fail when their signal aborts, as long as they are not written', async () => {
    const xmpp = new TestXMPP();
    const controller = new AbortController();
    const { signal } = controller;
    const first = send(xmpp, '1', { signal });
    controller.abort(new Error('enough'));
    expect([xmpp.sendQueue.length, xmpp.sendQueue.bytes]).toEqual([0, 0]);
    await expect(first).rejects.toMatchObject({ reason: 'aborted', cause: new Error('enough') });
    await expect(send(xmpp, '2', { signal })).rejects.toMatchObject({ reason: 'aborted' });
    await xmpp.connect();
    expect(idsIn(xmpp.wire.text)).toEqual([]);
    const late = new AbortController();
    const written = send(xmpp, '3', { signal: late.signal });
    late.abort();
    expect(written.state).toBe('written');
  });

  it('fail with a QueueFullError beyond the bound of stanzas', async () => {
    const xmpp = new TestXMPP({ queue: { maxStanzas: 2 } });
    const sendings = ['1', '2', '3'].map((id) => send(xmpp, id));
    expect(sendings.map(({ state }) => state)).toEqual(['queued', 'queued', 'failed']);
    const error = await Promise.resolve(sendings[2]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(QueueFullError);
    expect(error).toMatchObject({ code: 'ERR_QUEUE_FULL', limit: 'maxStanzas', value: 2, retryable: true });
  });

  it('fail with a QueueFullError beyond the bound of bytes', async () => {
    const xmpp = new TestXMPP({ queue: { maxBytes: 150 } });
    expect(send(xmpp, '1').state).toBe('queued');
    expect(send(xmpp, '2').state).toBe('queued');
    const third = send(xmpp, '3');
    await expect(third).rejects.toMatchObject({ limit: 'maxBytes' });
  });

  it('fail before anything is written where they are larger than the server takes', async () => {
    const xmpp = await online({ queue: { maxStanzaBytes: 1_000 } });
    const big = xmpp.sendMessage({ to, body: 'ä'.repeat(500) });
    await expect(big).rejects.toBeInstanceOf(StanzaTooLargeError);
    await expect(big).rejects.toMatchObject({ limit: 1_000, retryable: false });
    const size = (big.error as StanzaTooLargeError).size;
    expect(size).toBe(new TextEncoder().encode(xmpp.links[0]?.serialize(big.element)).length);
    expect(xmpp.wire.take()).toBe('');
    xmpp.sendQueue.maxStanzaBytes = 10_000;
    expect(await xmpp.sendMessage({ to, body: 'ä'.repeat(500) })).toBe('written');
    expect(() => {
      xmpp.sendQueue.maxStanzaBytes = 0;
    }).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringContaining('maxStanzaBytes') }));
  });

  it('fail as invalid where XML cannot hold them, and the stream goes on', async () => {
    const xmpp = await online();
    const bad = xmpp.sendMessage({ to, body: 'nul \u0000' });
    const nested = new Message({ to });
    nested.xml.append(nested.xml);
    await expect(bad).rejects.toMatchObject({ reason: 'invalid', retryable: false });
    await expect(xmpp.send(nested)).rejects.toMatchObject({ reason: 'invalid' });
    expect(xmpp.wire.take()).toBe('');
    expect(xmpp.state).toBe('online');
    expect(await send(xmpp, 'next')).toBe('written');
  });

  it('fail on disconnect() and on an object that was disposed of', async () => {
    const xmpp = new TestXMPP();
    const waiting = send(xmpp, '1');
    await xmpp.disconnect();
    await expect(waiting).rejects.toMatchObject({ reason: 'disconnected' });
    await xmpp.dispose();
    await expect(send(xmpp, '2')).rejects.toMatchObject({ reason: 'disconnected' });
  });

  it('rejects bounds that are no bounds', () => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, '5' as unknown as number]) {
      expect(() => new TestXMPP({ queue: { maxStanzas: value } }), String(value)).toThrow(ConfigError);
      expect(() => new TestXMPP({ queue: { maxBytes: value } }), String(value)).toThrow(ConfigError);
      expect(() => new TestXMPP({ queue: { maxStanzaBytes: value } }), String(value)).toThrow(ConfigError);
    }
  });
});

describe('failures that nobody awaits', () => {
  it('are one event each', async () => {
    const xmpp = new TestXMPP({ queue: { maxStanzas: 1 } });
    const failed: unknown[] = [];
    xmpp.on('sendFailed', ({ sending, error }) => failed.push([sending.element.attribute('id'), error.reason]));
    for (const id of ['1', '2', '3']) send(xmpp, id);
    await xmpp.manualClock.idle();
    expect(failed).toEqual([
      ['2', 'queue-full'],
      ['3', 'queue-full'],
    ]);
    expect(xmpp.log.lines).toEqual([]);
  });

  it('are one line in the log where nobody listens, however many there are', async () => {
    const xmpp = new TestXMPP({ queue: { maxStanzas: 1 } });
    for (let i = 0; i < 5_001; i++) send(xmpp, `${i}`);
    await xmpp.manualClock.idle();
    const [line, ...more] = xmpp.log.at('warn');
    expect(more).toEqual([]);
    expect(line).toMatch(/^a <message\/> was not sent, nor 4999 others: the send queue is full/);
  });

  it('are not reported where somebody awaits, also a little later', async () => {
    const xmpp = new TestXMPP({ queue: { maxStanzas: 1 } });
    send(xmpp, '1');
    const direct = async () => {
      await send(xmpp, '2');
    };
    const later = async () => {
      const sending = send(xmpp, '3');
      await Promise.resolve();
      await sending;
    };
    const returned = async () => send(xmpp, '4');
    for (const wait of [direct, later, returned]) await expect(wait()).rejects.toBeInstanceOf(QueueFullError);
    await xmpp.manualClock.idle();
    expect(xmpp.log.lines).toEqual([]);
  });
});

describe('a connection that is cut', () => {
  it('leaves what the transport had not flushed as unknown, and what was queued for the next session', async () => {
    const xmpp = await online();
    const flushed = send(xmpp, 'flushed');
    xmpp.wire.ready = false;
    const buffered = send(xmpp, 'buffered');
    const queued = send(xmpp, 'queued');
    expect([flushed, buffered, queued].map(({ state }) => state)).toEqual(['written', 'written', 'queued']);
    xmpp.wire.close(new Error('cut'));
    expect([flushed, buffered, queued].map(({ state }) => state)).toEqual(['written', 'unknown', 'queued']);
    await expect(buffered).rejects.toMatchObject({ reason: 'disconnected' });
    await xmpp.manualClock.advance(1_000);
    expect(xmpp.online).toBe(true);
    expect(queued.state).toBe('written');
    expect(idsIn(xmpp.wire.text)).toEqual(['queued']);
  });

  it('settles whoever waits for an acknowledgement that will not come', async () => {
    const xmpp = await online();
    const sending = send(xmpp, '1');
    const acked = sending.acked();
    const other = send(xmpp, '2');
    const failed = expect(acked).rejects.toMatchObject({ reason: 'disconnected' });
    xmpp.wire.close();
    await failed;
    expect(sending.state).toBe('unknown');
    expect(other.state).toBe('written');
    await expect(other.acked()).rejects.toMatchObject({ reason: 'disconnected' });
    expect(other.state).toBe('unknown');
  });

  it('keeps them as they are while the session may be resumed', async () => {
    let outcome: 'new' | 'resumed' = 'new';
    const xmpp = await online({
      negotiate: async (link, _signal, self) => {
        await self.open(link);
        return outcome;
      },
    });
    xmpp.keepSession({ keeps: () => true });
    xmpp.wire.ready = false;
    const sending = send(xmpp, '1');
    const acked = sending.acked();
    xmpp.wire.close();
    expect(sending.state).toBe('written');
    outcome = 'resumed';
    await xmpp.manualClock.advance(1_000);
    expect(xmpp.online).toBe(true);
    sending.move('acked');
    expect(await acked).toBe('acked');
  });

  it('leaves what was on its way to whoever has resumed it', async () => {
    let outcome: 'new' | 'resumed' = 'new';
    let keeps = true;
    const xmpp = await online({
      negotiate: async (link, _signal, self) => {
        await self.open(link);
        return outcome;
      },
    });
    xmpp.keepSession({ keeps: () => keeps });
    xmpp.wire.ready = false;
    const sending = send(xmpp, '1');
    xmpp.wire.close();
    outcome = 'resumed';
    await xmpp.manualClock.advance(1_000);
    // Sent again by then; this connection has nothing to say of it.
    keeps = false;
    xmpp.wire.close();
    expect(sending.state).toBe('written');
  });

  it('lets whoever waits for an acknowledgement give up', async () => {
    const xmpp = await online();
    const controller = new AbortController();
    const acked = send(xmpp, '1').acked({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(acked).rejects.toThrow('enough');
  });
});

describe('a peer that does not read', () => {
  it('F5: does not fill the memory with a hundred thousand stanzas', async () => {
    const xmpp = await online();
    xmpp.wire.ready = false;
    const body = 'x'.repeat(1_000);
    const before = process.memoryUsage().heapUsed;
    const states = { failed: 0, queued: 0, written: 0 };
    for (let i = 0; i < 100_000; i++) {
      const { state } = xmpp.sendMessage({ to, body });
      states[state as keyof typeof states] += 1;
    }
    const grown = process.memoryUsage().heapUsed - before;
    expect(states).toEqual({ written: 1, queued: 1_000, failed: 98_999 });
    expect(xmpp.sendQueue.bytes).toBeLessThanOrEqual(xmpp.sendQueue.maxBytes);
    // What is kept is the queue and a thousand reports; the rest is garbage that has not been collected yet.
    expect(grown).toBeLessThan(200 * 1024 * 1024);
    await xmpp.manualClock.idle();
    expect(xmpp.log.at('warn').length).toBe(1);
  });

  it('F5: makes those wait who await what they send', async () => {
    const xmpp = await online();
    xmpp.wire.ready = false;
    let sent = 0;
    const loop = (async () => {
      for (let i = 0; i < 5; i++) {
        await send(xmpp, `${i}`);
        sent += 1;
      }
    })();
    await xmpp.manualClock.idle();
    expect(sent).toBe(1);
    xmpp.wire.drain();
    await loop;
    expect(sent).toBe(5);
  });
});
