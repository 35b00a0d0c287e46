import { type BaseXMPP, Registration, type Timer } from '@sestina/core';
import type { ExternalService } from './external-service.js';

// Milliseconds between two questions, whatever is said of the time that passwords have.
const SHORTEST = 10_000;
// After a refusal, or where nobody answers.
const AGAIN = 60_000;

/** Asks again and again during a session, as long as somebody watches. */
export class Watch {
  /** What was told last, in this session or before. */
  last: readonly ExternalService[] | undefined;
  readonly #xmpp: BaseXMPP;
  readonly #host: { refresh(signal: AbortSignal): Promise<number>; over(): void };
  #watchers = 0;
  #timer: Timer | undefined;
  #asking: AbortController | undefined;

  /** @param host `refresh` resolves with the milliseconds until it is to be called again. */
  constructor(xmpp: BaseXMPP, host: { refresh(signal: AbortSignal): Promise<number>; over(): void }) {
    this.#xmpp = xmpp;
    this.#host = host;
  }

  /** One more who watches. */
  join(): Registration {
    this.#watchers += 1;
    return new Registration(() => {
      this.#watchers -= 1;
      if (this.#watchers > 0) return;
      this.rest();
      this.#host.over();
    });
  }

  /** Asks, where what is known is not fresh any more, and from then on before it is not. */
  look(): void {
    this.rest();
    const asking = new AbortController();
    this.#asking = asking;
    const next = (left: number): void => {
      if (this.#asking === asking) this.later(left);
    };
    this.#host.refresh(asking.signal).then(next, (error: unknown) => {
      if (!asking.signal.aborted) this.#xmpp.logger.debug('external services are not known', { error });
      next(AGAIN);
    });
  }

  /** Looks in so many milliseconds. */
  later(left: number): void {
    this.#timer?.cancel();
    this.#asking = undefined;
    this.#timer = this.#xmpp.clock.setTimer(Math.max(left, SHORTEST), () => this.look(), { background: true });
  }

  get isAsking(): boolean {
    return this.#asking !== undefined;
  }

  /** Asks nobody until `look()` is called. */
  rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#asking?.abort();
    this.#asking = undefined;
  }
}
