import { describe, expect, it } from 'vitest';
import { ConfigError, DisconnectedError, TimeoutError } from '../../src/errors.js';
import { StreamError } from '../../src/stanza/stream-error.js';
import { ConnectError } from '../../src/stream/connection-errors.js';
import { expectOver, never, noHost, refused, streamError } from '../helpers/stream-life.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { FEATURES, HEADER, MemoryTransport, serve } from '../helpers/stream-transport.js';
import { record, type TestOptions, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

/** The points at which an attempt waits for somebody else. */
const WAITS: Record<string, TestOptions & { step: string }> = {
  'making the transport': { transport: () => never, step: '5 s at making the transport' },
  'opening the transport': {
    transport: () => new MemoryTransport({ connecting: never }),
    step: '5 s at opening the connection, done before: making the transport',
  },
  'waiting for the header': {
    transport: () => new MemoryTransport(),
    step: '5 s at the stream header of the server, done before: making the transport, opening the connection',
  },
  'waiting for the features': {
    transport: () => serve(new MemoryTransport(), ''),
    step: '5 s at the stream header of the server, done before: making the transport, opening the connection',
  },
  'doing something of its own': {
    negotiate: () => never,
    step: '5 s at opening the connection, done before: making the transport',
  },
};

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

  it('says what was done before it hung, and since when it does', async () => {
    const xmpp = new TestXMPP({
      connectTimeout: 60_000,
      negotiate: async (link, _signal, self) => {
        await self.open(link);
        link.step('starttls');
        await self.wait('message', { timeout: 10_000 }).catch(() => {});
        link.step('the stream header of the server');
        link.step('bind');
        return never;
      },
    });
    const failed = expect(xmpp.connect()).rejects.toThrow(
      '(50 s at bind, done before: making the transport, opening the connection, the stream header of the server, starttls)',
    );
    await xmpp.manualClock.advance(60_000);
    await failed;
    await expectOver(xmpp);
  });

  describe.each(Object.entries(WAITS))('while it is %s', (_where, { step, ...options }) => {
    it('ends after connectTimeout, which says where it hung', async () => {
      const xmpp = new TestXMPP({ ...options, connectTimeout: 5_000 });
      const failed = xmpp.connect().catch((error: unknown) => error);
      await xmpp.manualClock.advance(5_000);
      expect(await failed).toBeInstanceOf(TimeoutError);
      expect(((await failed) as Error).message).toBe(
        `connecting and logging in (${step}) did not happen within 5000 ms`,
      );
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

  it('tries again where `initial` says so, by the rule of a session that was lost', async () => {
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

    const nameless = new TestXMPP({
      reconnect: { initial: true },
      transport: (attempt) => (attempt < 4 ? Promise.reject(noHost()) : serve(new MemoryTransport())),
    });
    const found = nameless.connect();
    await nameless.manualClock.advance(20_000);
    await found;
    expect(nameless.attempts).toBe(4);

    const stays = new ConfigError('no transport is installed', 'transports');
    const other = new TestXMPP({ reconnect: { initial: true }, transport: () => Promise.reject(stays) });
    await expect(other.connect()).rejects.toBe(stays);
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
