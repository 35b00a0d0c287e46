import { describe, expect, it } from 'vitest';
import { DisconnectedError, TimeoutError } from '../../src/errors.js';
import { StreamError } from '../../src/stanza/stream-error.js';
import type { Transport } from '../../src/stream/transport.js';
import { expectOver, never, streamError } from '../helpers/stream-life.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { MemoryTransport, serve } from '../helpers/stream-transport.js';
import { online, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

describe('several places', () => {
  /** The place of that number: the ones after it follow, and what it does is up to `serve`. */
  class Place extends MemoryTransport {
    readonly number: number;
    readonly #made: (place: Place) => Transport;

    constructor(number: number, made: (place: Place) => Transport) {
      super();
      this.number = number;
      this.#made = made;
    }

    next(): Transport | undefined {
      return this.number < 3 ? this.#made(new Place(this.number + 1, this.#made)) : undefined;
    }
  }

  it('get a quarter of the time each where they are silent, but for one that has spoken', async () => {
    const begun: [place: number, at: number][] = [];
    const make = (place: Place): Transport => {
      begun.push([place.number, xmpp.manualClock.monotonic()]);
      // The second one says who it is, and nothing more is heard of it.
      return place.number === 2 ? serve(place) : place;
    };
    const xmpp: TestXMPP = new TestXMPP({
      connectTimeout: 60_000,
      transport: () => make(new Place(1, make)),
      negotiate: async (link, _signal, self) => {
        await self.open(link);
        return never;
      },
    });
    const failed = xmpp.connect().catch((error: unknown) => error);
    await xmpp.manualClock.advance(60_000);
    expect(await failed).toBeInstanceOf(TimeoutError);
    // The third is only made: it is for the next attempt.
    expect(begun).toEqual([
      [1, 0],
      [2, 15_000],
      [3, 60_000],
    ]);
    await expectOver(xmpp);
  });

  it('are one where a transport throws when it is asked for the next', async () => {
    const thrower = Object.assign(new MemoryTransport(), {
      next: () => {
        throw new Error('a bug');
      },
    });
    const xmpp = new TestXMPP({ transport: () => thrower, connectTimeout: 60_000 });
    const failed = xmpp.connect().catch((error: unknown) => error);
    await xmpp.manualClock.advance(60_000);
    expect(await failed).toBeInstanceOf(TimeoutError);
    await expectOver(xmpp);
  });

  it('are not gone through once disconnect() was called', async () => {
    let made = 0;
    const make = (place: Place): Transport => {
      made += 1;
      return place;
    };
    const xmpp = new TestXMPP({ transport: () => make(new Place(1, make)) });
    const failed = expect(xmpp.connect()).rejects.toBeInstanceOf(DisconnectedError);
    await xmpp.manualClock.idle();
    await xmpp.disconnect();
    await failed;
    expect(made).toBe(1);
    await expectOver(xmpp);
  });

  it('say where to look where one closes without a word', async () => {
    const closing = new MemoryTransport();
    closing.onWrite = () => queueMicrotask(() => closing.close());
    const xmpp = new TestXMPP({ transport: () => closing });
    await expect(xmpp.connect()).rejects.toThrow('a port for direct TLS needs an xmpps: service');
    await expectOver(xmpp);
  });

  it.each([
    ['peer', 1],
    ['local', 0],
  ] as const)('are gone on to after a stream error of the %s: %i times', async (origin, times) => {
    let asked = 0;
    const next = () => {
      asked += 1;
      return undefined;
    };
    const xmpp = await online({
      transport: () => Object.assign(serve(new MemoryTransport()), { next }),
      reconnect: false,
    });
    if (origin === 'peer') await xmpp.receive(streamError('system-shutdown'));
    else xmpp.failStream(new StreamError('policy-violation'));
    await xmpp.manualClock.advance(10_000);
    expect(xmpp.state).toBe('disconnected');
    expect(asked).toBe(times);
  });
});
