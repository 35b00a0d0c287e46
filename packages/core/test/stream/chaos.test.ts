import { XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import type { Sending, SendOptions } from '../../src/sending.js';
import { Callback } from '../../src/stream/handlers.js';
import { MatchPath } from '../../src/stream/matchers.js';
import type { SessionOutcome } from '../../src/stream/xml-stream.js';
import { Seeded } from '../helpers/seeded.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { MemoryTransport, serve } from '../helpers/stream-transport.js';
import { online, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

const BOB = 'bob@example.net/x';
const INPUT = [
  `<message from='${BOB}'><body>x</body></message>`,
  `<message from='${BOB}' type='error'/>`,
  `<presence from='${BOB}'/>`,
  `<presence from='${BOB}' type='unavailable'/>`,
  `<presence from='${BOB}' type='subscribe'/>`,
  `<iq type='get' id='1' from='${BOB}'><ping xmlns='urn:xmpp:ping'/></iq>`,
  `<iq type='set' id='2' from='${BOB}'/>`,
  `<iq type='result' id='3' from='${BOB}'/>`,
  "<iq type='get' id='4' from='@'/>",
  ' ',
  '<stream:features/>',
  '<a/>',
  '<',
  '</stream:stream>',
  "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
  "<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
  '<!-- -->',
  '\u0000',
];

/** Tells of all that it sends, and how its sessions begin and end. */
class Recording extends TestXMPP {
  readonly sendings: Sending[] = [];
  readonly acks: { sending: Sending; settled: boolean }[] = [];
  /** `begin`, `resume` and `end`, in order. */
  readonly sessions: string[] = [];

  protected override sessionBegins(outcome: SessionOutcome): void {
    super.sessionBegins(outcome);
    this.sessions.push(outcome === 'resumed' ? 'resume' : 'begin');
  }

  protected override sessionLost(reason: Error): void {
    super.sessionLost(reason);
    this.sessions.push('end');
  }

  get kept(): boolean {
    return this.hasSession;
  }

  /** Follows what became of a stanza. */
  follow(sending: Sending, acked: boolean): void {
    this.sendings.push(sending);
    if (!acked) return;
    const ack = { sending, settled: false };
    this.acks.push(ack);
    const settled = () => {
      ack.settled = true;
    };
    void sending.acked().then(settled, settled);
  }
}

describe('nobody listens and everything goes wrong', () => {
  it('leaves no rejection to nobody, and ends when it is told to (random)', async () => {
    const random = new Seeded();
    for (let round = 0; round < 150; round++) {
      const where = `seed ${random.seed}, round ${round}`;
      const told: string[] = [];
      const xmpp: Recording = new Recording({
        reconnect: random.chance() ? false : { initial: random.chance(), base: 100, attempts: random.int(1, 10) },
        negotiate: async (link) => {
          await xmpp.open(link);
          return random.pick(xmpp.kept ? (['new', 'restored', 'resumed'] as const) : (['new', 'restored'] as const));
        },
        maxUnhandled: random.int(1, 5),
        connectTimeout: 5_000,
        queue: { maxStanzas: random.int(1, 5) },
        transport: () => {
          if (random.int(0, 4) === 0) throw new Error('no transport');
          if (random.int(0, 4) === 0) return new Promise(() => {});
          const wire = new MemoryTransport({ deaf: random.chance(), closesAtOnce: random.chance() });
          return random.int(0, 3) === 0 ? wire : serve(wire);
        },
      });
      if (random.chance()) xmpp.keepSession({ keeps: () => random.chance() });
      if (random.chance()) {
        xmpp.keepSession({ keeps: () => true, until: () => xmpp.manualClock.monotonic() + random.int(0, 3_000) });
      }
      if (random.chance()) xmpp.onHandled(() => {});
      for (const name of ['sessionStart', 'sessionRestored', 'sessionResumed', 'sessionEnd'] as const) {
        xmpp.on(name, () => told.push(name));
      }
      xmpp.registerHandler(
        new Callback('any', new MatchPath('*'), () => {
          if (random.chance()) throw new Error('handler');
          return random.chance() ? Promise.reject(new Error('later')) : undefined;
        }),
      );
      const wire = () => xmpp.transports.at(-1);
      let abort = new AbortController();
      const steps: (() => unknown)[] = [
        () => void xmpp.connect().catch(() => {}),
        () => void xmpp.connect({ signal: AbortSignal.abort() }).catch(() => {}),
        () => void xmpp.disconnect({ timeout: 1_000 }),
        () => xmpp.abort(),
        () => xmpp.cut(),
        () => xmpp.networkChanged(),
        () => {
          const options: SendOptions = {
            ...(random.chance() && { ttl: random.int(0, 3_000) }),
            ...(random.chance() && { signal: random.chance() ? abort.signal : AbortSignal.abort() }),
          };
          const body = random.chance() ? 'x' : '\u0000';
          xmpp.follow(xmpp.sendMessage({ to: BOB, body }, options), random.chance());
        },
        () => void xmpp.sendElement(new XmlElement('r', 'urn:xmpp:sm:3')),
        () => {
          abort.abort();
          abort = new AbortController();
        },
        () => void xmpp.request(xmpp.iq({ type: 'get', to: BOB }), { timeout: 500 }).catch(() => {}),
        () => wire()?.opened && wire()?.receive(random.pick(INPUT)),
        () => wire()?.opened && wire()?.receive(random.pick(INPUT)),
        () => wire()?.opened && wire()?.close(random.chance() ? new Error('reset') : undefined),
        () => Object.assign(wire() ?? {}, { ready: random.chance() }),
        () => wire()?.opened && wire()?.drain(),
        () => xmpp.manualClock.advance(random.int(0, 3_000)),
        () => xmpp.manualClock.idle(),
      ];
      for (let step = 0; step < 40; step++) await random.pick(steps)();
      const gone = xmpp.disconnect({ timeout: 1_000 });
      await xmpp.manualClock.advance(1_000);
      await gone;
      expect(xmpp.state, where).toBe('disconnected');
      // Each session has one beginning, then what resumed it, then one end; those who listen are told the same.
      expect(xmpp.sessions.join(' '), where).toMatch(/^(?:(?:^| )begin(?: resume)* end)*$/);
      const names = { begin: 'sessionStart', end: 'sessionEnd', resume: 'sessionResumed' } as Record<string, string>;
      const starts = told.map((name) => name.replace('sessionRestored', 'sessionStart'));
      expect(starts, where).toEqual(xmpp.sessions.map((what) => names[what]));
      const disposed = xmpp.dispose();
      await xmpp.manualClock.advance(2_000);
      await disposed;
      // What is left is at most a closing transport that is deaf, and requests that wait for a session.
      await xmpp.manualClock.advance(5_000);
      expect(xmpp.manualClock.pending, where).toBe(0);
      expect(xmpp.pendingRequests, where).toBe(0);
      expect(xmpp.sendings.filter(({ state }) => state === 'queued').length, where).toBe(0);
      expect(xmpp.acks.filter(({ settled }) => !settled).length, where).toBe(0);
      expect([xmpp.sendQueue.length, xmpp.sendQueue.bytes], where).toEqual([0, 0]);
      expect(xmpp.handlers, where).toEqual([]);
      const { attempts } = xmpp;
      await xmpp.manualClock.advance(100_000);
      expect(xmpp.attempts, where).toBe(attempts);
    }
  }, 60_000);

  it('F7: sees each stanza that is complete once, wherever the connection is cut', async () => {
    const stanzas = Array.from(
      { length: 50 },
      (_, i) => `<message id='${i}' from='${BOB}'><body>ä${i}</body></message>`,
    );
    const bytes = new TextEncoder().encode(stanzas.join(''));
    const ends: number[] = [];
    let end = 0;
    for (const stanza of stanzas) {
      end += new TextEncoder().encode(stanza).length;
      ends.push(end);
    }
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const xmpp = await online({ reconnect: false, keepAlive: false });
      const seen: unknown[] = [];
      xmpp.onMessage(({ id }) => seen.push(Number(id)), { inStream: true });
      xmpp.wire.receive(bytes.slice(0, cut));
      xmpp.wire.close(new Error('cut'));
      const complete = ends.filter((at) => at <= cut).length;
      expect(seen, `cut at ${cut}`).toEqual(Array.from({ length: complete }, (_, i) => i));
    }
  }, 60_000);
});
