import { LazyMap, LruMap, type Origin, weightOf, type XmlElement } from '@sestina/xml';
import type { Clock, Timer } from '../../services/clock.js';
import type { Iq } from '../../stanza/iq.js';

/** Milliseconds that handlers have for the answer to a request. */
export const LATE = 60_000;

// Beyond that the oldest one is given up at once, those of strangers first.
const MOST = 1_000;
const MOST_BYTES = 4_194_304;

/** Requests of others, until they are answered: who asked is owed one answer, however that is made. */
export class OpenRequests {
  readonly #clock: Clock;
  readonly #giveUp: (request: Iq) => void;
  readonly #open: LruMap<Origin, Iq>;
  /** Those whose handlers need not answer, with the time that they have for it; the oldest first. */
  readonly #due = new LazyMap<Origin, { readonly request: Iq; readonly end: number }>();
  /** For the oldest of them. */
  #timer: Timer | undefined;

  /** @param giveUp Answers a request that nobody has answered in time. */
  constructor(clock: Clock, giveUp: (request: Iq) => void, isStranger: (request: Iq) => boolean) {
    this.#clock = clock;
    this.#giveUp = giveUp;
    this.#open = new LruMap({
      maxEntries: MOST,
      maxBytes: MOST_BYTES,
      sizeOf: ({ xml }) => weightOf(xml),
      isStranger,
      dropped: (origin, request) => {
        if (this.#due.delete(origin)) giveUp(request);
      },
    });
  }

  /** One has come. */
  add(request: Iq): void {
    const origin = originOf(request);
    if (!origin) return;
    this.#open.set(origin, request);
  }

  /** All that took it have been called, and none of them has to answer. */
  called(request: Iq): void {
    const origin = originOf(request);
    if (!origin || origin.answered) this.forget(request);
    else if (!this.#open.has(origin)) this.#giveUp(request);
    else {
      // It waits longer than what it was read from is to be kept.
      const kept = request.compact();
      this.#due.set(origin, { request: kept, end: this.#clock.monotonic() + LATE });
      this.#open.set(origin, kept);
      if (!this.#timer) this.#wait(LATE);
    }
  }

  #wait(time: number): void {
    this.#timer = this.#clock.setTimer(time, () => this.#look(), { background: true });
  }

  #look(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (const [origin, { request, end }] of this.#due) {
      if (end > now) {
        this.#wait(end - now);
        return;
      }
      this.#due.delete(origin);
      this.#giveUp(request);
    }
  }

  /** What that iq answers, if it is an answer that was not made by `reply()`. */
  find(answer: XmlElement, isComponent: boolean): Origin | undefined {
    if (this.#open.size === 0) return undefined;
    const type = answer.attribute('type');
    if (type !== 'result' && type !== 'error') return undefined;
    const id = answer.attribute('id');
    let found: Origin | undefined;
    for (const origin of this.#open.keys()) {
      if (this.#open.peek(origin)?.xml.attribute('id') !== id || answer.attribute('to') !== origin.from?.full) continue;
      // A client has one address, which its server fills in.
      if (isComponent && answer.attribute('from') !== origin.to?.full) continue;
      if (!origin.answered) return origin;
      found = origin;
    }
    return found;
  }

  /** It has been answered. Where a handler is at work on it, a second answer can still come. */
  answered(origin: Origin): void {
    if (this.#due.delete(origin)) this.#open.delete(origin);
  }

  /** No answer will be made any more. */
  forget(request: Iq): void {
    const origin = originOf(request);
    if (origin) this.#open.delete(origin);
  }

  /** Gives up on all, in silence. */
  close(): void {
    this.#timer?.cancel();
    this.#due.clear();
  }
}

/** What an answer made by `reply()` refers to. */
function originOf({ xml }: Iq): Origin | undefined {
  return xml.origin?.copied ?? xml.origin;
}
