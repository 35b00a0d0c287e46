import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { Random } from '../../src/services/random.js';
import { Backoff } from '../../src/stream/backoff.js';
import { online, SeededRandom } from '../helpers/stream-xmpp.js';

class Fixed extends Random {
  constructor(readonly value: number) {
    super();
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(length);
  }

  override fraction(): number {
    return this.value;
  }
}

const almostOne = 1 - 2 ** -32;

describe('the delays', () => {
  it('stay below a bound that doubles up to its end', () => {
    const backoff = new Backoff(new Fixed(almostOne), { base: 1_000, max: 10_000 });
    const delays = Array.from({ length: 6 }, () => backoff.next());
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('start at nothing: full jitter', () => {
    const backoff = new Backoff(new Fixed(0));
    expect([backoff.next(), backoff.next()]).toEqual([0, 0]);
  });

  it('double their base for a server that has no room', () => {
    const backoff = new Backoff(new Fixed(almostOne), { base: 1_000 });
    expect(backoff.next({ double: true })).toBe(2_000);
    expect(backoff.next({ double: true })).toBe(4_000);
  });

  it('are longer, and never short, where trying again may be no use', () => {
    const slowly = { slowly: true };
    const high = new Backoff(new Fixed(almostOne), { slowMax: 5_000 });
    expect(Array.from({ length: 5 }, () => high.next(slowly))).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    const low = new Backoff(new Fixed(0));
    expect(Array.from({ length: 11 }, () => low.next(slowly)).slice(7)).toEqual([64_000, 128_000, 150_000, 150_000]);
    expect(new Backoff(new Fixed(almostOne), { base: 1_000_000, max: 1_000_000 }).next(slowly)).toBe(1_000_000);
  });

  it('end after so many attempts, and begin afresh after reset()', () => {
    const backoff = new Backoff(new Fixed(0.5), { attempts: 2 });
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([500, 1_000, undefined]);
    expect(backoff.attempt).toBe(2);
    backoff.reset();
    expect(backoff.attempt).toBe(0);
    expect(backoff.next()).toBe(500);
  });

  it('stay finite after any number of attempts', () => {
    const backoff = new Backoff(new Fixed(almostOne));
    for (let i = 0; i < 2_000; i++) expect(backoff.next()).toBeLessThanOrEqual(60_000);
  });

  it('are checked', () => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const option of ['base', 'max', 'slowMax', 'stableAfter', 'attempts']) {
        expect(() => new Backoff(new Fixed(0), { [option]: value }), `${option}: ${value}`).toThrow(ConfigError);
      }
    }
  });
});

describe('two hundred clients of a server that was away for half a minute', () => {
  it('never come back in a bunch: at most one in twenty within a tenth of a second', () => {
    const buckets = new Map<number, number>();
    for (let client = 0; client < 200; client++) {
      const backoff = new Backoff(new SeededRandom(1_000 + client));
      let time = 0;
      while (time < 30_000) time += backoff.next() ?? 0;
      const bucket = Math.floor(time / 100);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
    }
    expect(Math.max(...buckets.values())).toBeLessThanOrEqual(10);
  });

  it('are spread evenly over the whole bound at every step', () => {
    const delays = Array.from({ length: 2_000 }, (_, client) => new Backoff(new SeededRandom(client)).next() ?? 0);
    const parts = new Array<number>(10).fill(0);
    for (const delay of delays) {
      const part = Math.min(9, Math.floor(delay / 100));
      parts[part] = (parts[part] ?? 0) + 1;
    }
    for (const part of parts) {
      expect(part).toBeGreaterThan(150);
      expect(part).toBeLessThan(250);
    }
  });
});

describe('a session that was stable', () => {
  it('starts the delays afresh when it is lost', async () => {
    const xmpp = await online({ random: new Fixed(almostOne), keepAlive: false, reconnect: { stableAfter: 10_000 } });
    const delays: number[] = [];
    xmpp.on('reconnectDelay', ({ delay }) => delays.push(delay));
    const lose = async () => {
      xmpp.wire.close();
      await xmpp.manualClock.advance(60_000 - 1);
    };
    xmpp.wire.close();
    await xmpp.manualClock.advance(1_000);
    xmpp.wire.close();
    await xmpp.manualClock.advance(2_000);
    xmpp.wire.close();
    await lose();
    await lose();
    expect(delays).toEqual([1_000, 2_000, 4_000, 1_000]);
  });
});
