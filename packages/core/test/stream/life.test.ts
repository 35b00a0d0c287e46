import { describe, expect, it } from 'vitest';
import { ConfigError, DisconnectedError, TimeoutError } from '../../src/errors.js';
import { StreamError, type StreamErrorCondition } from '../../src/stanza/stream-error.js';
import { ConnectError, DnsError } from '../../src/stream/connection-errors.js';
import { ConnectionLostError } from '../../src/stream/link-errors.js';
import type { SessionOutcome } from '../../src/stream/xml-stream.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { FEATURES, HEADER, MemoryTransport, serve } from '../helpers/stream-transport.js';
import { online, record, SeededRandom, type TestOptions, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

const never = new Promise<never>(() => {});
const refused = () => new ConnectError('example.org', [{ address: '192.0.2.1', error: new Error('refused') }]);
const noHost = () => new DnsError('example.org', 'ENOTFOUND', { retryable: false });
const streamError = (condition: string) =>
  `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`;

/** The points at which an attempt waits for somebody else. */
const WAITS: Record<string, TestOptions> = {
  'making the transport': { transport: () => never },
  'opening the transport': { transport: () => new MemoryTransport({ connecting: never }) },
  'waiting for the header': { transport: () => new MemoryTransport() },
  'waiting for the features': { transport: () => serve(new MemoryTransport(), '') },
  'doing something of its own': { negotiate: () => never },
};

/** Everything is at rest, and nothing will ever happen again. */
async function expectOver(xmpp: TestXMPP): Promise<void> {
  const { attempts } = xmpp;
  await xmpp.manualClock.idle();
  expect(xmpp.state).toBe('disconnected');
  expect(xmpp.transport).toBeUndefined();
  expect(xmpp.manualClock.pending).toBe(0);
  for (const wire of xmpp.transports) if (wire.opened) expect(wire.closed).toBe(true);
  await xmpp.manualClock.advance(1_000_000);
  expect(xmpp.attempts).toBe(attempts);
  expect(xmpp.state).toBe('disconnected');
}

describe('connect()', () => {
  it('goes through the states and resolves with the session', async () => {
    const xmpp = new TestXMPP();
    const seen = record(xmpp, 'connecting', 'connected', 'sessionBind', 'sessionStart');
    expect(xmpp.state).toBe('disconnected');
    const connected = xmpp.connect();
    expect(xmpp.state).toBe('connecting');
    await connected;
    expect(xmpp.state).toBe('online');
    expect(xmpp.online).toBe(true);
    expect(xmpp.transport).toBe(xmpp.wire);
    await xmpp.manualClock.idle();
    expect(seen).toEqual(['connecting', 'connected', 'sessionBind', 'sessionStart']);
  });

  it('joins the first call while that runs, and resolves at once when it is done', async () => {
    const xmpp = new TestXMPP();
    await Promise.all([xmpp.connect(), xmpp.connect(), xmpp.connect()]);
    await xmpp.connect();
    expect(xmpp.attempts).toBe(1);
  });

  it('rejects with the error of the attempt, and does not try again', async () => {
    const error = refused();
    const xmpp = new TestXMPP({ transport: () => Promise.reject(error) });
    const seen: unknown[] = [];
    xmpp.on('connectionFailed', (event) => seen.push(event.error));
    await expect(xmpp.connect()).rejects.toBe(error);
    await expectOver(xmpp);
    expect(seen).toEqual([error]);
    expect(xmpp.attempts).toBe(1);
  });

  // A fulfilled promise goes on some turns later: whatever is called between the two has to count.
  const TURNS = Array.from({ length: 12 }, (_, turn) => turn);
  const after = async (turns: number, act: () => void): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await undefined;
    act();
  };

  it.each(TURNS)('makes no session once disconnect() was called, %d turns behind the negotiation', async (turns) => {
    const xmpp: TestXMPP = new TestXMPP({
      negotiate: async (link) => {
        await xmpp.open(link);
        void after(turns, () => void xmpp.disconnect({ timeout: 0 }));
        return 'new';
      },
    });
    await xmpp.connect().catch(() => {});
    await expectOver(xmpp);
  });

  it.each(TURNS)('heeds its signal %d turns behind the negotiation', async (turns) => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    let late: boolean | undefined;
    const xmpp: TestXMPP = new TestXMPP({
      negotiate: async (link) => {
        await xmpp.open(link);
        void after(turns, () => {
          late = xmpp.online;
          controller.abort(reason);
        });
        return 'new';
      },
    });
    const outcome = await xmpp.connect({ signal: controller.signal }).catch((error: unknown) => error);
    if (late === false) {
      expect(outcome).toBe(reason);
      await expectOver(xmpp);
    } else {
      expect(outcome).toBeUndefined();
      expect(xmpp.online).toBe(true);
    }
  });

  it('can be called again after it failed', async () => {
    const xmpp = new TestXMPP({
      transport: (attempt) => (attempt === 1 ? Promise.reject(refused()) : serve(new MemoryTransport())),
    });
    await expect(xmpp.connect()).rejects.toThrow('refused');
    await xmpp.connect();
    expect(xmpp.state).toBe('online');
  });

  it('takes what createTransport() throws', async () => {
    const xmpp = new TestXMPP({
      transport: () => {
        throw new ConfigError('no transport', 'transports');
      },
    });
    await expect(xmpp.connect()).rejects.toBeInstanceOf(ConfigError);
    await expectOver(xmpp);
  });

  it('rejects with the stream error of the peer, and tells it as an event', async () => {
    const xmpp = new TestXMPP({ transport: () => serve(new MemoryTransport(), streamError('host-unknown')) });
    const seen: unknown[] = [];
    xmpp.on('streamError', ({ error }) => seen.push(error.condition));
    await expect(xmpp.connect()).rejects.toMatchObject({ condition: 'host-unknown', origin: 'peer' });
    await expectOver(xmpp);
    expect(seen).toEqual(['host-unknown']);
  });

  it('lets the peer hear why it ends, before the transport closes', async () => {
    const wrong = HEADER.replace("id='s1'", '');
    const xmpp = new TestXMPP({ transport: () => serve(new MemoryTransport({ deaf: true }), FEATURES, wrong) });
    await expect(xmpp.connect()).rejects.toBeInstanceOf(StreamError);
    await xmpp.manualClock.idle();
    expect(xmpp.wire.text).toMatch(/<stream:error><bad-format.*<\/stream:stream>$/);
    expect(xmpp.wire.ended).toBe(true);
    expect(xmpp.wire.destroyed).toBe(false);
    await xmpp.manualClock.advance(2_000);
    expect(xmpp.wire.destroyed).toBe(true);
    await expectOver(xmpp);
  });

  describe.each(Object.entries(WAITS))('while it is %s', (_where, options) => {
    it('ends after connectTimeout', async () => {
      const xmpp = new TestXMPP({ ...options, connectTimeout: 5_000 });
      const failed = expect(xmpp.connect()).rejects.toBeInstanceOf(TimeoutError);
      await xmpp.manualClock.advance(5_000);
      await failed;
      await expectOver(xmpp);
    });

    it('ends with its signal', async () => {
      const xmpp = new TestXMPP(options);
      const controller = new AbortController();
      const failed = expect(xmpp.connect({ signal: controller.signal })).rejects.toThrow('enough');
      await xmpp.manualClock.idle();
      controller.abort(new Error('enough'));
      await failed;
      await expectOver(xmpp);
    });

    it('ends with disconnect()', async () => {
      const xmpp = new TestXMPP(options);
      const failed = expect(xmpp.connect()).rejects.toBeInstanceOf(DisconnectedError);
      await xmpp.manualClock.idle();
      await xmpp.disconnect();
      await failed;
      await expectOver(xmpp);
    });

    it('ends with abort(), at once', async () => {
      const xmpp = new TestXMPP(options);
      const failed = expect(xmpp.connect()).rejects.toThrow('abort() was called');
      await xmpp.manualClock.idle();
      xmpp.abort();
      expect(xmpp.state).toBe('disconnected');
      await failed;
      await expectOver(xmpp);
    });

    it('ends with dispose()', async () => {
      const xmpp = new TestXMPP(options);
      const failed = expect(xmpp.connect()).rejects.toBeInstanceOf(DisconnectedError);
      await xmpp.manualClock.idle();
      await xmpp.dispose();
      await failed;
      await expectOver(xmpp);
    });

    it('can be called afresh right after abort(), and the abandoned attempt touches nothing', async () => {
      let first = true;
      const { transport } = options;
      const xmpp = new TestXMPP({
        transport: (attempt) => {
          if (attempt === 1 && transport) return transport(attempt);
          return serve(new MemoryTransport());
        },
        negotiate: async (link, signal, self) => {
          if (first && options.negotiate) return options.negotiate(link, signal, self);
          await self.open(link);
          return 'new';
        },
      });
      const failed = expect(xmpp.connect()).rejects.toThrow('abort() was called');
      await xmpp.manualClock.idle();
      first = false;
      xmpp.abort();
      await xmpp.connect();
      await failed;
      await xmpp.manualClock.idle();
      expect(xmpp.state).toBe('online');
      expect(xmpp.wire.closed).toBe(false);
      await xmpp.disconnect();
      await expectOver(xmpp);
    });
  });

  it('lets one who joined give up alone', async () => {
    let open: () => void = () => {};
    const connecting = new Promise<void>((resolve) => {
      open = resolve;
    });
    const xmpp = new TestXMPP({ transport: () => serve(new MemoryTransport({ connecting })) });
    const first = xmpp.connect();
    const controller = new AbortController();
    const second = xmpp.connect({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    open();
    await first;
    expect(xmpp.state).toBe('online');
  });

  it('rejects at once with a signal that has aborted', async () => {
    const xmpp = new TestXMPP();
    await expect(xmpp.connect({ signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    expect(xmpp.attempts).toBe(0);
  });

  it('tries again where `initial` says so, as long as the error is retryable', async () => {
    const xmpp = new TestXMPP({
      reconnect: { initial: true },
      transport: (attempt) => (attempt < 4 ? Promise.reject(refused()) : serve(new MemoryTransport())),
    });
    const connected = xmpp.connect();
    await xmpp.manualClock.advance(0);
    expect(xmpp.state).toBe('waiting');
    await xmpp.manualClock.advance(20_000);
    await connected;
    expect(xmpp.attempts).toBe(4);
    expect(xmpp.state).toBe('online');

    const other = new TestXMPP({ reconnect: { initial: true }, transport: () => Promise.reject(noHost()) });
    await expect(other.connect()).rejects.toBeInstanceOf(DnsError);
    expect(other.attempts).toBe(1);
    await expectOver(other);
  });

  it('gives up an `initial` one after so many attempts, and has as many again when it is called again', async () => {
    const xmpp = new TestXMPP({
      reconnect: { initial: true, attempts: 2 },
      transport: () => Promise.reject(refused()),
    });
    for (const attempts of [3, 6]) {
      const failed = expect(xmpp.connect()).rejects.toBeInstanceOf(ConnectError);
      await xmpp.manualClock.advance(100_000);
      await failed;
      expect(xmpp.attempts).toBe(attempts);
    }
    await expectOver(xmpp);
  });

  it('has a time limit that is one', () => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5' as unknown as number]) {
      expect(() => new TestXMPP({ connectTimeout: value }), String(value)).toThrow(ConfigError);
      expect(() => new TestXMPP({ timeout: value }), String(value)).toThrow(ConfigError);
    }
  });
});

describe('disconnect()', () => {
  it('says goodbye, waits for the peer’s, and tells in which order it all ended', async () => {
    const xmpp = await online();
    const seen = record(xmpp, 'disconnected', 'sessionEnd', 'reconnectDelay');
    const gone = xmpp.disconnect();
    expect(xmpp.state).toBe('disconnecting');
    await gone;
    // The listeners have been called when it resolves.
    expect(seen).toEqual(['disconnected', 'sessionEnd']);
    expect(xmpp.wire.text).toBe('</stream:stream>');
    expect(xmpp.wire.destroyed).toBe(false);
    await expectOver(xmpp);
  });

  it('does nothing where there is nothing to end', async () => {
    const xmpp = new TestXMPP();
    await xmpp.disconnect();
    await xmpp.disconnect();
    await expectOver(xmpp);
  });

  it('is one, however often it is called', async () => {
    const xmpp = await online();
    const seen = record(xmpp, 'disconnected', 'sessionEnd');
    await Promise.all([xmpp.disconnect(), xmpp.disconnect(), xmpp.disconnect()]);
    await xmpp.disconnect();
    expect(seen).toEqual(['disconnected', 'sessionEnd']);
    expect(xmpp.wire.text).toBe('</stream:stream>');
  });

  it('resolves in time where the peer does not answer', async () => {
    const xmpp = await online({ transport: () => serve(new MemoryTransport({ deaf: true })) });
    xmpp.wire.onWrite = undefined;
    let resolved = false;
    void xmpp.disconnect({ timeout: 4_000 }).then(() => {
      resolved = true;
    });
    await xmpp.manualClock.advance(4_000);
    expect(resolved).toBe(true);
    expect(xmpp.wire.destroyed).toBe(true);
    await expectOver(xmpp);
  });

  it('resolves in time where the transport takes nothing and the peer says nothing', async () => {
    const xmpp = await online({ transport: () => serve(new MemoryTransport({ deaf: true })) });
    xmpp.wire.onWrite = undefined;
    xmpp.wire.ready = false;
    const sendings = ['1', '2'].map((id) => xmpp.sendMessage({ to: 'bob@example.net', id }));
    let resolved = false;
    void xmpp.disconnect({ timeout: 4_000 }).then(() => {
      resolved = true;
    });
    await xmpp.manualClock.advance(1_900);
    expect(resolved).toBe(false);
    await xmpp.manualClock.advance(4_000);
    expect(resolved).toBe(true);
    expect(sendings.map(({ state }) => state)).toEqual(['unknown', 'failed']);
    await expectOver(xmpp);
  });

  it('lets go out what waits, before it says goodbye', async () => {
    const xmpp = await online();
    xmpp.wire.ready = false;
    const sendings = ['1', '2', '3'].map((id) => xmpp.sendMessage({ to: 'bob@example.net', id }));
    const gone = xmpp.disconnect();
    await xmpp.manualClock.idle();
    xmpp.wire.drain();
    await gone;
    await Promise.all(sendings);
    expect(xmpp.wire.text).toMatch(/id='1'.*id='2'.*id='3'.*<\/stream:stream>$/);
    await expectOver(xmpp);
  });

  it('is not undone by a connection that is lost while it waits', async () => {
    const xmpp = await online();
    xmpp.wire.ready = false;
    for (const id of ['1', '2']) xmpp.sendMessage({ to: 'bob@example.net', id }).onState(() => {});
    const gone = xmpp.disconnect();
    await xmpp.manualClock.idle();
    xmpp.wire.close(new Error('cut'));
    await gone;
    await expectOver(xmpp);
    expect(xmpp.attempts).toBe(1);
  });

  it('stops waiting for a reconnection', async () => {
    const xmpp = await online({ transport: (n) => (n > 1 ? Promise.reject(refused()) : serve(new MemoryTransport())) });
    xmpp.wire.close();
    await xmpp.manualClock.advance(30_000);
    expect(xmpp.state).toBe('waiting');
    await xmpp.disconnect();
    await expectOver(xmpp);
  });

  it('stops a reconnection that is on', async () => {
    const xmpp = await online({ transport: (n) => (n > 1 ? never : serve(new MemoryTransport())) });
    xmpp.wire.close();
    await xmpp.manualClock.advance(1_000);
    expect(xmpp.state).toBe('connecting');
    await xmpp.disconnect();
    await expectOver(xmpp);
  });

  it('stops a connect() that waits for the disconnect() before it', async () => {
    const xmpp = await online();
    const gone = xmpp.disconnect();
    const failed = expect(xmpp.connect()).rejects.toBeInstanceOf(DisconnectedError);
    const again = xmpp.disconnect();
    await Promise.all([gone, again]);
    await failed;
    await expectOver(xmpp);
    expect(xmpp.attempts).toBe(1);
  });

  it('can be followed by connect() at once', async () => {
    const xmpp = await online();
    const gone = xmpp.disconnect();
    await xmpp.connect();
    await gone;
    expect(xmpp.state).toBe('online');
    expect(xmpp.attempts).toBe(2);
    await xmpp.disconnect();
    await expectOver(xmpp);
  });

  it('resolves when the listeners have been called, however much was before them', async () => {
    const xmpp = await online();
    xmpp.keepSession(() => true);
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    const seen = record(xmpp, 'connecting', 'sessionEnd');
    for (let i = 0; i < 500; i++) xmpp.emit('connecting', {});
    await xmpp.disconnect();
    expect(seen.length).toBe(501);
    expect(seen.at(-1)).toBe('sessionEnd');
  });

  it('works from a listener, a sequential one too', async () => {
    const xmpp = await online();
    let done = false;
    xmpp.on(
      'message',
      async () => {
        await xmpp.disconnect();
        done = true;
      },
      { sequential: true },
    );
    await xmpp.receive("<message from='bob@example.net'><body>stop</body></message>");
    await xmpp.manualClock.idle();
    expect(done).toBe(true);
    await expectOver(xmpp);
  });

  it('ends with the connection that fails meanwhile, as far as it can be told', async () => {
    const xmpp = await online({ transport: () => serve(new MemoryTransport({ deaf: true })) });
    xmpp.wire.onWrite = undefined;
    const gone = xmpp.disconnect();
    await xmpp.manualClock.idle();
    xmpp.abort();
    await gone;
    await expectOver(xmpp);
  });

  it('ends with whatever the transport does when it is destroyed', async () => {
    const xmpp = await online({ transport: () => serve(new MemoryTransport({ closesAtOnce: true })) });
    const seen = record(xmpp, 'disconnected', 'sessionEnd');
    xmpp.abort();
    await xmpp.manualClock.idle();
    expect(seen).toEqual(['disconnected', 'sessionEnd']);
    await expectOver(xmpp);
  });
});

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

  it.each(['network', 'truncated', 'closed'] as const)('says how: %s', async (how) => {
    const xmpp = await online({ reconnect: false });
    const lost = xmpp.wait('disconnected');
    if (how === 'network') xmpp.wire.close(new Error('reset'));
    if (how === 'truncated') xmpp.wire.receive("<message from='bob@exam");
    if (how !== 'network') xmpp.wire.close();
    expect((await lost).reason).toMatchObject({ reason: how, code: 'ERR_CONNECTION_LOST' });
    await expectOver(xmpp);
  });

  it('is not handed on where it was cut in the middle of a stanza', async () => {
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

  it('is given up where an attempt ends with an error that stays', async () => {
    const xmpp = await online({ transport: (n) => (n > 1 ? Promise.reject(noHost()) : serve(new MemoryTransport())) });
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

  const TERMINAL: StreamErrorCondition[] = [
    'conflict',
    'not-authorized',
    'host-unknown',
    'host-gone',
    'policy-violation',
    'unsupported-version',
    'invalid-from',
    'improper-addressing',
  ];
  it.each(TERMINAL)('is not made again after %s', async (condition) => {
    const xmpp = await online();
    const lost = xmpp.wait('disconnected');
    const error = xmpp.wait('streamError');
    await xmpp.receive(streamError(condition));
    expect(await lost).toMatchObject({ reason: { condition, origin: 'peer' }, willReconnect: false });
    expect((await error).error.condition).toBe(condition);
    expect(xmpp.wire.text).toBe('</stream:stream>');
    await expectOver(xmpp);
  });

  const TRANSIENT: StreamErrorCondition[] = [
    'system-shutdown',
    'connection-timeout',
    'reset',
    'remote-connection-failed',
    'resource-constraint',
    'internal-server-error',
  ];
  it.each(TRANSIENT)('is made again after %s', async (condition) => {
    const xmpp = await online();
    const lost = xmpp.wait('disconnected');
    await xmpp.receive(streamError(condition));
    expect(await lost).toMatchObject({ reason: { condition }, willReconnect: true });
    await xmpp.manualClock.advance(2_000);
    expect(xmpp.state).toBe('online');
    expect(xmpp.attempts).toBe(2);
  });

  it('gives a server without room twice the time', async () => {
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

  it('comes back at once when the network has changed; a live one is asked', async () => {
    const xmpp = await online();
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    xmpp.networkChanged();
    await xmpp.manualClock.idle();
    expect(xmpp.state).toBe('online');
    xmpp.wire.take();
    xmpp.networkChanged();
    expect(xmpp.wire.take()).toContain('urn:xmpp:ping');
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
    xmpp.keepSession(() => keeps);
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

  it('ends with disconnect() while it was kept', async () => {
    const xmpp = await online();
    xmpp.keepSession(() => true);
    const seen = record(xmpp, 'sessionEnd');
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    expect(seen).toEqual([]);
    await xmpp.disconnect();
    expect(seen).toEqual(['sessionEnd']);
    await expectOver(xmpp);
  });

  it('is not touched by anything late of its old connection', async () => {
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

describe('dispose()', () => {
  it('is for good', async () => {
    const xmpp = await online();
    xmpp.schedule('task', 1_000, () => {}, { repeat: true });
    xmpp.on('message', () => {});
    const waiting = expect(xmpp.wait('message')).rejects.toThrow('disposed');
    const seen = record(xmpp, 'disconnected', 'sessionEnd');
    await Promise.all([xmpp.dispose(), xmpp.dispose()]);
    await xmpp.dispose();
    await waiting;
    expect(seen).toEqual(['disconnected', 'sessionEnd']);
    expect(xmpp.scheduled).toEqual([]);
    expect(xmpp.handlers).toEqual([]);
    expect(xmpp.listenerCount('message')).toBe(0);
    await expect(xmpp.connect()).rejects.toBeInstanceOf(DisconnectedError);
    await expectOver(xmpp);
  });

  it('ends a reconnection, and no connect() in the meantime brings it back', async () => {
    const xmpp = await online();
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    const gone = xmpp.dispose();
    await expect(xmpp.connect()).rejects.toBeInstanceOf(DisconnectedError);
    await gone;
    await expectOver(xmpp);
  });
});
