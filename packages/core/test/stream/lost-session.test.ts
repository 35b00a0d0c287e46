import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import type { StreamErrorCondition } from '../../src/stanza/stream-error.js';
import { ConnectError } from '../../src/stream/connection-errors.js';
import { ConnectionLostError } from '../../src/stream/link-errors.js';
import type { SessionOutcome } from '../../src/stream/xml-stream.js';
import { expectOver, never, noHost, refused, streamError } from '../helpers/stream-life.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { MemoryTransport, serve } from '../helpers/stream-transport.js';
import { online, record, SeededRandom, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

describe('a session that is lost', () => {
  it('is made again after a delay, and is a new one', async () => {
    const xmpp = await online();
    const seen = record(xmpp, 'disconnected', 'sessionEnd', 'reconnectDelay', 'connecting', 'sessionStart');
    const reasons: unknown[] = [];
    xmpp.on('disconnected', (event) => reasons.push(event));
    xmpp.wire.close(new Error('reset'));
    await xmpp.manualClock.advance(1_000);
    expect(xmpp.state).toBe('online');
    expect(seen).toEqual(['disconnected', 'sessionEnd', 'reconnectDelay', 'connecting', 'sessionStart']);
    expect(reasons).toEqual([{ reason: expect.any(ConnectionLostError), willReconnect: true }]);
  });

  it.each(['network', 'truncated', 'closed'] as const)('F4: says how: %s', async (how) => {
    const xmpp = await online({ reconnect: false });
    const lost = xmpp.wait('disconnected');
    if (how === 'network') xmpp.wire.close(new Error('reset'));
    if (how === 'truncated') xmpp.wire.receive("<message from='bob@exam");
    if (how !== 'network') xmpp.wire.close();
    expect((await lost).reason).toMatchObject({ reason: how, code: 'ERR_CONNECTION_LOST' });
    await expectOver(xmpp);
  });

  it('F3: is not handed on where it was cut in the middle of a stanza', async () => {
    const xmpp = await online();
    const seen = record(xmpp, 'message');
    await xmpp.receive("<message from='bob@example.net'><body>half</bo");
    xmpp.wire.close();
    await xmpp.manualClock.advance(1_000);
    expect(seen).toEqual([]);
  });

  it('is made again and again until it is there', async () => {
    const xmpp = await online({
      transport: (n) => (n > 1 && n < 5 ? Promise.reject(refused()) : serve(new MemoryTransport())),
    });
    const seen = record(xmpp, 'connectionFailed', 'disconnected');
    xmpp.wire.close();
    await xmpp.manualClock.advance(60_000);
    expect(xmpp.state).toBe('online');
    expect(xmpp.attempts).toBe(5);
    expect(seen).toEqual(['disconnected', 'connectionFailed', 'connectionFailed', 'connectionFailed']);
  });

  it('is made again although the name could not be found for a while', async () => {
    const xmpp = await online({
      transport: (n) => (n > 1 && n < 5 ? Promise.reject(noHost()) : serve(new MemoryTransport())),
    });
    const seen: boolean[] = [];
    xmpp.on('disconnected', ({ willReconnect }) => seen.push(willReconnect));
    xmpp.wire.close();
    await xmpp.manualClock.advance(60_000);
    expect(xmpp.attempts).toBe(5);
    expect(seen).toEqual([true]);
    expect(xmpp.state).toBe('online');
  });

  it('is given up where an attempt ends with an error that stays', async () => {
    const stays = new ConfigError('no transport is installed', 'transports');
    const xmpp = await online({ transport: (n) => (n > 1 ? Promise.reject(stays) : serve(new MemoryTransport())) });
    const seen: boolean[] = [];
    xmpp.on('disconnected', ({ willReconnect }) => seen.push(willReconnect));
    xmpp.wire.close();
    await xmpp.manualClock.advance(60_000);
    expect(xmpp.attempts).toBe(2);
    expect(seen).toEqual([true, false]);
    await expectOver(xmpp);
  });

  it('is given up after so many attempts', async () => {
    const xmpp = await online({
      reconnect: { attempts: 3 },
      transport: (n) => (n > 1 ? Promise.reject(refused()) : serve(new MemoryTransport())),
    });
    xmpp.wire.close();
    await xmpp.manualClock.advance(600_000);
    expect(xmpp.attempts).toBe(4);
    await expectOver(xmpp);
  });

  it('is not made again where reconnection is off', async () => {
    const xmpp = await online({ reconnect: false });
    const lost = xmpp.wait('disconnected');
    xmpp.wire.close();
    expect(await lost).toMatchObject({ willReconnect: false });
    await expectOver(xmpp);
  });

  it('F11: is not made again after conflict: somebody else is there', async () => {
    const xmpp = await online();
    const lost = xmpp.wait('disconnected');
    const error = xmpp.wait('streamError');
    await xmpp.receive(streamError('conflict'));
    expect(await lost).toMatchObject({ reason: { condition: 'conflict', origin: 'peer' }, willReconnect: false });
    expect((await error).error.condition).toBe('conflict');
    expect(xmpp.wire.text).toBe('</stream:stream>');
    await expectOver(xmpp);
  });

  const UNWANTED: StreamErrorCondition[] = [
    'not-authorized',
    'host-unknown',
    'host-gone',
    'policy-violation',
    'unsupported-version',
    'invalid-from',
    'improper-addressing',
  ];
  it.each(UNWANTED)('F13: is made again after %s, ever more slowly', async (condition) => {
    const xmpp = await online({
      keepAlive: false,
      transport: (n) => serve(new MemoryTransport(), n > 1 && n < 12 ? streamError(condition) : undefined),
    });
    const lost = xmpp.wait('disconnected');
    const delays: number[] = [];
    xmpp.on('reconnectDelay', ({ delay }) => delays.push(delay));
    await xmpp.receive(streamError(condition));
    expect(await lost).toMatchObject({ reason: { condition, origin: 'peer' }, willReconnect: true });
    await xmpp.manualClock.advance(3_600_000);
    expect(xmpp.state).toBe('online');
    expect(xmpp.attempts).toBe(12);
    for (const [i, delay] of delays.entries()) {
      const bound = Math.min(300_000, 1_000 * 2 ** i);
      expect(delay).toBeGreaterThanOrEqual(bound / 2);
      expect(delay).toBeLessThanOrEqual(bound);
    }
  });

  const TRANSIENT: StreamErrorCondition[] = [
    'system-shutdown',
    'connection-timeout',
    'reset',
    'remote-connection-failed',
    'resource-constraint',
    'internal-server-error',
  ];
  it.each(TRANSIENT)('F12: is made again after %s', async (condition) => {
    const xmpp = await online();
    const lost = xmpp.wait('disconnected');
    await xmpp.receive(streamError(condition));
    expect(await lost).toMatchObject({ reason: { condition }, willReconnect: true });
    await xmpp.manualClock.advance(2_000);
    expect(xmpp.state).toBe('online');
    expect(xmpp.attempts).toBe(2);
  });

  it('F12: gives a server without room twice the time', async () => {
    const delays = async (condition: string) => {
      const found: number[] = [];
      for (let seed = 0; seed < 50; seed++) {
        const xmpp = await online({ random: new SeededRandom(seed) });
        xmpp.on('reconnectDelay', ({ delay }) => found.push(delay));
        await xmpp.receive(streamError(condition));
        xmpp.abort();
      }
      return Math.max(...found);
    };
    expect(await delays('reset')).toBeLessThanOrEqual(1_000);
    expect(await delays('resource-constraint')).toBeGreaterThan(1_000);
  });

  it('comes back at once when connect() is called while it waits, and joins the attempt', async () => {
    const xmpp = await online();
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    expect(xmpp.state).toBe('waiting');
    await xmpp.connect();
    expect(xmpp.state).toBe('online');
    expect(xmpp.attempts).toBe(2);
    expect(xmpp.manualClock.pending).toBe(1);
  });

  it('goes on trying after a connect() that hurried it has failed', async () => {
    const xmpp = await online({
      transport: (n) => (n === 2 ? Promise.reject(refused()) : serve(new MemoryTransport())),
    });
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    await expect(xmpp.connect()).rejects.toBeInstanceOf(ConnectError);
    await xmpp.manualClock.advance(5_000);
    expect(xmpp.state).toBe('online');
    expect(xmpp.attempts).toBe(3);
  });

  it.each([
    ['online', (xmpp: TestXMPP) => xmpp.networkChanged()],
    ['visible', (xmpp: TestXMPP) => xmpp.becameVisible()],
  ])('comes back at once when there is a chance (%s); a live one is asked', async (cause, wake) => {
    const xmpp = await online();
    const causes: string[] = [];
    xmpp.on('wake', (event) => causes.push(event.cause));
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    wake(xmpp);
    await xmpp.manualClock.idle();
    expect(xmpp.state).toBe('online');
    xmpp.wire.take();
    wake(xmpp);
    expect(xmpp.wire.take()).toContain('urn:xmpp:ping');
    await xmpp.manualClock.idle();
    expect(causes).toEqual([cause, cause]);
  });

  it('F21: tells that the machine was asleep, and asks at once', async () => {
    const xmpp = await online();
    const causes: string[] = [];
    xmpp.on('wake', ({ cause }) => causes.push(cause));
    await xmpp.manualClock.stall(86_400_000);
    expect(xmpp.wire.take()).toContain('urn:xmpp:ping');
    await xmpp.manualClock.idle();
    expect(causes).toEqual(['clock']);
    expect(xmpp.state).toBe('online');
  });

  it('is as if the network had failed after cut()', async () => {
    const xmpp = await online();
    const lost = xmpp.wait('disconnected');
    xmpp.cut();
    expect(await lost).toMatchObject({ reason: { reason: 'network' }, willReconnect: true });
  });

  it('survives its connection as long as a keeper says so, and ends where it is not resumed', async () => {
    const outcomes: SessionOutcome[] = ['new', 'resumed', 'new'];
    const xmpp = await online({
      negotiate: async (link, _signal, self) => {
        await self.open(link);
        return outcomes.shift() ?? 'new';
      },
    });
    let keeps = true;
    xmpp.keepSession({ keeps: () => keeps });
    const seen = record(xmpp, 'disconnected', 'sessionEnd', 'sessionStart', 'sessionResumed');
    xmpp.wire.close();
    await xmpp.manualClock.advance(1_000);
    expect(seen.splice(0)).toEqual(['disconnected', 'sessionResumed']);
    xmpp.wire.close();
    await xmpp.manualClock.advance(2_000);
    expect(seen.splice(0)).toEqual(['disconnected', 'sessionEnd', 'sessionStart']);
    keeps = false;
    xmpp.wire.close();
    await xmpp.manualClock.advance(4_000);
    expect(seen.splice(0)).toEqual(['disconnected', 'sessionEnd', 'sessionStart']);
  });

  it('is restored where the server has it and this process does not, which is a beginning', async () => {
    const outcomes: SessionOutcome[] = ['restored', 'restored'];
    const xmpp = new TestXMPP({
      negotiate: async (link, _signal, self) => {
        await self.open(link);
        return outcomes.shift() ?? 'new';
      },
    });
    xmpp.keepSession({ keeps: () => true });
    const seen = record(xmpp, 'sessionStart', 'sessionResumed', 'sessionRestored', 'sessionEnd');
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(seen.splice(0)).toEqual(['sessionRestored']);
    xmpp.wire.close();
    await xmpp.manualClock.advance(1_000);
    expect(seen.splice(0)).toEqual(['sessionEnd', 'sessionRestored']);
  });

  it('is kept for the reasons that its keeper accepts, and until it says', async () => {
    const xmpp = await online({ transport: (attempt) => (attempt === 1 ? serve(new MemoryTransport()) : never) });
    const reasons: Error[] = [];
    const until = xmpp.manualClock.monotonic() + 300_000;
    xmpp.keepSession({ keeps: () => false });
    xmpp.keepSession({
      keeps(reason) {
        reasons.push(reason);
        return true;
      },
      until: () => until,
    });
    xmpp.keepSession({
      keeps: () => {
        throw new Error('boom');
      },
    });
    const ends: Error[] = [];
    xmpp.on('sessionEnd', ({ reason }) => ends.push(reason));
    xmpp.wire.close();
    await xmpp.manualClock.advance(299_999);
    expect(reasons).toMatchObject([{ code: 'ERR_CONNECTION_LOST' }]);
    expect(xmpp.log.at('error')).toEqual(['keeper of the session: boom']);
    expect(ends).toEqual([]);
    // An attempt that is on may still resume it: the end is not told before that has failed.
    expect(xmpp.state).toBe('connecting');
    await xmpp.manualClock.advance(70_000);
    expect(ends).toMatchObject([{ message: 'the session was not resumed in time' }]);
    await xmpp.disconnect();
    expect(ends.length).toBe(1);
    await expectOver(xmpp);
  });

  it('is over where it was kept and reconnecting is given up', async () => {
    const xmpp = await online({
      reconnect: { attempts: 2 },
      transport: (attempt) => (attempt === 1 ? serve(new MemoryTransport()) : Promise.reject(refused())),
    });
    xmpp.keepSession({ keeps: () => true });
    const waiting = xmpp.sendMessage({ to: 'bob@example.net', body: 'x' });
    const unacked = expect(waiting.acked()).rejects.toMatchObject({ reason: 'disconnected' });
    const seen = record(xmpp, 'sessionEnd');
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    const queued = expect(xmpp.sendMessage({ to: 'bob@example.net', body: 'y' })).rejects.toThrow('refused');
    expect(seen).toEqual([]);
    await xmpp.manualClock.advance(10_000);
    expect(seen).toEqual(['sessionEnd']);
    expect(waiting.state).toBe('unknown');
    expect(xmpp.sendQueue.bytes).toBe(0);
    await Promise.all([unacked, queued]);
    await expectOver(xmpp);
  });

  it('ends with abort() while it was kept, which fails what is queued', async () => {
    const xmpp = await online();
    xmpp.keepSession({ keeps: () => true });
    const seen = record(xmpp, 'sessionEnd');
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    const queued = xmpp.sendMessage({ to: 'bob@example.net', body: 'x' });
    const failed = expect(queued).rejects.toMatchObject({ reason: 'disconnected' });
    expect(xmpp.sendQueue.bytes).toBeGreaterThan(0);
    xmpp.abort(new Error('enough'));
    expect(queued.state).toBe('failed');
    expect([xmpp.sendQueue.length, xmpp.sendQueue.bytes]).toEqual([0, 0]);
    await failed;
    await xmpp.manualClock.idle();
    expect(seen).toEqual(['sessionEnd']);
    await expectOver(xmpp);
  });

  it('ends with disconnect() while it was kept', async () => {
    const xmpp = await online();
    xmpp.keepSession({ keeps: () => true });
    const seen = record(xmpp, 'sessionEnd');
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    expect(seen).toEqual([]);
    await xmpp.disconnect();
    expect(seen).toEqual(['sessionEnd']);
    await expectOver(xmpp);
  });

  it('F11: is not touched by anything late of its old connection', async () => {
    const xmpp = await online();
    const old = xmpp.wire;
    xmpp.cut();
    await xmpp.manualClock.advance(1_000);
    expect(xmpp.state).toBe('online');
    expect(xmpp.wire).not.toBe(old);
    const seen = record(xmpp, 'message', 'disconnected');
    const late = old.late();
    late?.data("<message from='bob@example.net'><body>late</body></message>");
    late?.data(streamError('conflict'));
    late?.drain();
    late?.close(new Error('late'));
    await xmpp.manualClock.idle();
    expect(seen).toEqual([]);
    expect(xmpp.state).toBe('online');
    xmpp.wire.ready = false;
    const sendings = ['1', '2'].map((id) => xmpp.sendMessage({ to: 'bob@example.net', id }));
    late?.drain();
    expect(sendings.map(({ state }) => state)).toEqual(['written', 'queued']);
  });

  it('adds no listener, handler or timer in a hundred reconnections', async () => {
    const xmpp = await online();
    const count = () => [xmpp.listenerCount('sessionStart'), xmpp.handlers.length, xmpp.manualClock.pending];
    const before = count();
    for (let i = 0; i < 100; i++) {
      xmpp.wire.close();
      await xmpp.manualClock.idle();
      await xmpp.connect();
    }
    expect(count()).toEqual(before);
    expect(xmpp.attempts).toBe(101);
  });
});
