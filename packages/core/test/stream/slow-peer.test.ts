import { describe, expect, it } from 'vitest';
import { QueueFullError } from '../../src/sending.js';
import { element } from '../../src/stanza/element.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, type TestOptions, type TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

class Ping extends element('ping', 'urn:xmpp:ping') {}

const queue = { maxStanzas: 100 };
const ping = (id: number) => `<iq type='get' id='p${id}' from='bob@example.net/x'><ping xmlns='urn:xmpp:ping'/></iq>`;
const pings = (from: number, count: number) => Array.from({ length: count }, (_, i) => ping(from + i)).join('');
const answered = (text: string) =>
  [...text.matchAll(/<iq type='(?:result|error)' id='p(\d+)'/g)].map(([, id]) => Number(id));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** A peer that does not read: what is written from the second stanza on waits. */
async function stalled(options: TestOptions = {}): Promise<TestXMPP> {
  const xmpp = await online({ queue, keepAlive: false, reconnect: false, ...options });
  xmpp.onIq('get', Ping, () => {});
  xmpp.wire.ready = false;
  return xmpp;
}

/** The peer sends so many requests, ten at a time and only as long as we read. How many it has sent. */
async function flood(xmpp: TestXMPP, most = 10_000, from = 0): Promise<number> {
  let sent = 0;
  for (; sent < most && !xmpp.wire.paused; sent += 10) await xmpp.receive(pings(from + sent, 10));
  return sent;
}

describe('a peer that does not read for a while', () => {
  it('gets an answer to each request, in order, however many it sends', async () => {
    const xmpp = await stalled();
    const failed: unknown[] = [];
    xmpp.on('sendFailed', (failure) => void failed.push(failure));
    let sent = 0;
    let most = 0;
    for (let round = 0; round < 20; round++) {
      sent += await flood(xmpp, 10_000, sent);
      most = Math.max(most, xmpp.sendQueue.length);
      xmpp.wire.drain();
      await xmpp.manualClock.idle();
      xmpp.wire.ready = false;
    }
    expect(sent).toBeGreaterThan(1_000);
    expect(answered(xmpp.wire.take())).toEqual(upTo(sent));
    expect(failed).toEqual([]);
    expect(most).toBeLessThan(100);
  });

  it('is not read from while three quarters of the bound wait, and again at half of that', async () => {
    const xmpp = await stalled();
    await xmpp.receive(pings(0, 76));
    expect([xmpp.sendQueue.length, xmpp.wire.paused]).toEqual([75, false]);
    await xmpp.receive(ping(76));
    expect([xmpp.sendQueue.length, xmpp.wire.paused]).toEqual([76, true]);
    // It takes one at a time.
    let left = xmpp.sendQueue.length;
    while (xmpp.wire.paused) {
      xmpp.wire.onWrite = () => {
        xmpp.wire.ready = false;
      };
      xmpp.wire.drain();
      left -= 1;
      expect(xmpp.sendQueue.length).toBe(left);
    }
    expect(left).toBe(37);
  });

  it('is not read from while three quarters of the bytes wait', async () => {
    const xmpp = await stalled({ queue: { maxBytes: 10_000 } });
    for (let i = 0; i < 9; i++) void xmpp.sendMessage({ to: 'bob@example.net', body: 'x'.repeat(900) });
    expect(xmpp.wire.paused).toBe(true);
    xmpp.wire.drain();
    expect(xmpp.wire.paused).toBe(false);
  });

  it('is answered where the queue is full of other things, and what was read before is answered too', async () => {
    const xmpp = await stalled();
    const messages = Array.from({ length: 150 }, () => xmpp.sendMessage({ to: 'bob@example.net', body: 'x' }));
    expect(messages.at(-1)?.error).toBeInstanceOf(QueueFullError);
    for (const message of messages) void message.then(undefined, () => {});
    // A transport that cannot be paused at once.
    xmpp.wire.resume();
    await xmpp.receive(pings(0, 300));
    expect(xmpp.sendQueue.length).toBe(400);
    xmpp.wire.drain();
    expect(answered(xmpp.wire.take())).toEqual(upTo(300));
  });

  it('is read from as long as somebody waits for an answer of it, up to twice the bound', async () => {
    const xmpp = await stalled({ timeout: 600_000 });
    const asked = xmpp.iqGet('example.net', new Ping());
    const id = /id='([^']+)'/.exec(xmpp.wire.take())?.[1];
    await xmpp.receive(pings(0, 150));
    expect([xmpp.sendQueue.length, xmpp.wire.paused]).toEqual([150, false]);
    await xmpp.receive(`<iq type='result' id='${id}' from='example.net'/>`);
    await asked;
    expect(xmpp.wire.paused).toBe(true);
    const other = await stalled({ timeout: 600_000 });
    other.iqGet('example.net', new Ping()).catch(() => {});
    expect(await flood(other)).toBeLessThanOrEqual(210);
    expect(other.wire.paused).toBe(true);
    other.abort();
  });

  it('is read from where it may be waiting for us in the same way, up to twice the bound', async () => {
    const xmpp = await stalled();
    const first = await flood(xmpp);
    expect(first).toBeLessThanOrEqual(80);
    await xmpp.manualClock.advance(999);
    expect(xmpp.wire.paused).toBe(true);
    await xmpp.manualClock.advance(1);
    expect(xmpp.wire.paused).toBe(false);
    const more = await flood(xmpp, 10_000, first);
    expect(first + more).toBeLessThanOrEqual(210);
    await xmpp.manualClock.advance(60_000);
    expect(xmpp.wire.paused).toBe(true);
    // Now it reads.
    xmpp.wire.drain();
    await xmpp.manualClock.idle();
    expect(xmpp.wire.paused).toBe(false);
    expect(answered(xmpp.wire.take())).toEqual(upTo(first + more));
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('F5: is found dead in time where it never reads again, and not where it reads a little', async () => {
    const xmpp = await stalled({ keepAlive: { interval: 60_000, timeout: 30_000 } });
    const lost: Error[] = [];
    xmpp.on('disconnected', ({ reason }) => lost.push(reason));
    let sent = await flood(xmpp);
    for (let i = 0; i < 10; i++) {
      await xmpp.manualClock.advance(50_000);
      xmpp.wire.drain();
      await xmpp.manualClock.idle();
      xmpp.wire.ready = false;
      sent += await flood(xmpp, 10_000, sent);
      expect(xmpp.wire.paused).toBe(true);
    }
    expect(lost).toEqual([]);
    await xmpp.manualClock.advance(90_000);
    expect(lost).toEqual([expect.objectContaining({ code: 'ERR_CONNECTION_LOST', reason: 'timeout' })]);
    await xmpp.dispose();
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('does not keep a new connection from being read', async () => {
    const xmpp = await stalled({ reconnect: {} });
    await flood(xmpp);
    expect(xmpp.wire.paused).toBe(true);
    xmpp.cut();
    await xmpp.manualClock.advance(2_000);
    expect(xmpp.state).toBe('online');
    expect(xmpp.wire.paused).toBe(false);
    await xmpp.receive(ping(0));
    expect(answered(xmpp.wire.take())).toContain(0);
  });
});

it('a message that answers another and cannot be sent is not answered with an iq', async () => {
  const xmpp = await online();
  xmpp.on('message', (message) => void message.reply('\u0000').send());
  xmpp.on('sendFailed', () => {});
  await xmpp.receive("<message from='bob@example.net/x' id='m'><body>x</body></message>");
  expect(xmpp.wire.take()).toBe('');
});
