import { DisconnectedError, SestinaError, TimeoutError } from '../errors.js';
import type { JID } from '../jid/index.js';
import type { Clock, Timer } from '../services/clock.js';
import type { Iq } from '../stanza/iq.js';
import { ErrorElement } from '../stanza/stanza-error.js';

/** The session went away before the answer came; it will not come any more. */
export class SessionLostError extends DisconnectedError {
  override readonly code = 'ERR_SESSION_LOST';
}

/** Too many requests are open at once. */
export class TooManyPendingError extends SestinaError {
  readonly code = 'ERR_TOO_MANY_PENDING';
  override readonly retryable = true;

  constructor(readonly limit: number) {
    super(`${limit} requests wait for their answers already: await some of them first`);
  }
}

/** How long to wait for an answer. */
export interface RequestOptions {
  /** Milliseconds. Default: the connection's `timeout`, 30,000. */
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Who we are, as far as it decides who may answer. */
export interface Self {
  readonly boundJid: JID | undefined;
  readonly domain: string;
}

interface Pending {
  readonly to: JID | undefined;
  readonly from: JID | undefined;
  readonly timer: Timer;
  settle(outcome: Iq | Error): void;
}

/** Our open requests. An answer counts only with the right id, from the right sender, as an iq of the right kind (CVE-2014-0364). */
export class Requests {
  readonly #clock: Clock;
  readonly #self: Self;
  readonly #limit: number;
  readonly #pending = new Map<string, Pending>();
  /** Answers that came from somebody who was not asked. */
  spoofed = 0;

  constructor(clock: Clock, self: Self, limit: number) {
    this.#clock = clock;
    this.#self = self;
    this.#limit = limit;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Waits for the answer to an iq that has its id. */
  open(iq: Iq, timeout: number, signal: AbortSignal | undefined): Promise<Iq> {
    const { id, to, from } = iq;
    return new Promise((resolve, reject) => {
      if (id === undefined) return reject(new TypeError('a request needs an id'));
      if (signal?.aborted) return reject(signal.reason);
      if (this.#pending.size >= this.#limit) return reject(new TooManyPendingError(this.#limit));
      const settle = (outcome: Iq | Error): void => {
        if (this.#pending.get(id) !== pending) return;
        this.#pending.delete(id);
        pending.timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const onAbort = (): void => settle(asError(signal?.reason));
      const what = `answer of ${to ?? 'the server'} to iq ${id}`;
      const timer = this.#clock.setTimer(timeout, () => settle(new TimeoutError(what, timeout)));
      const pending: Pending = { to, from, timer, settle };
      this.#pending.set(id, pending);
      signal?.addEventListener('abort', onAbort);
    });
  }

  /** Whether this iq answers one of ours; where it does, `answer` settles it. */
  find(iq: Iq): { answer(): void } | undefined {
    const { id } = iq;
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (!pending) return undefined;
    if (!this.#mayAnswer(pending, iq)) {
      this.spoofed += 1;
      return undefined;
    }
    return {
      answer: () => pending.settle(iq.xml.attribute('type') === 'error' ? ErrorElement.of(iq) : iq),
    };
  }

  /** Gives up on one. */
  fail(id: string | undefined, reason: Error): void {
    if (id !== undefined) this.#pending.get(id)?.settle(reason);
  }

  failAll(reason: Error): void {
    for (const pending of [...this.#pending.values()]) pending.settle(reason);
  }

  #mayAnswer({ to, from }: Pending, iq: Iq): boolean {
    const sender = iq.from;
    const { boundJid, domain } = this.#self;
    // Where the request said whom it came from, as a component's do, the answer has to be for that address.
    if (from && !(iq.to?.equals(from) ?? false)) return false;
    if (!to) {
      if (!sender) return true;
      if (sender.toString() === domain) return true;
      return boundJid !== undefined && (sender.equals(boundJid) || sender.equals(boundJid.bare));
    }
    if (!sender) return to.toString() === domain || (boundJid !== undefined && to.equals(boundJid.bare));
    return sender.equals(to);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DisconnectedError(String(reason));
}
