import { LazySet, quotedTag } from '@sestina/xml';
import { DisconnectedError, TimeoutError } from '../../errors.js';
import type { JID } from '../../jid/index.js';
import type { Sending, SendOptions } from '../../sending.js';
import type { Clock } from '../../services/clock.js';
import type { Random } from '../../services/random.js';
import type { ElementClass, ElementView } from '../../stanza/element.js';
import type { Iq } from '../../stanza/iq.js';
import { StanzaError } from '../../stanza/stanza-error.js';
import type { StreamState } from '../../stream/session.js';
import { follow } from '../../util/within.js';
import {
  type LocalAddresses,
  type Pending,
  PendingRequests,
  type RequestOptions,
  SessionLostError,
} from './pending-requests.js';

/** Options of `iqGet` and `iqSet`. */
export interface AskOptions<C extends ElementClass | undefined = undefined> extends RequestOptions {
  /**
   * The class of the payload that the promise is to resolve with.
   * @default none: it resolves with the iq
   */
  answer?: C | undefined;
  /** The address that asks; a component's has to be given. */
  from?: JID | string | undefined;
}

/** What asking resolves with: the payload of the class that was named, or the iq. */
export type AnswerOf<C> = C extends { readonly prototype: infer V } ? V : Iq;

/** What asking takes from the connection. */
export interface OutgoingIqHost extends LocalAddresses {
  readonly clock: Clock;
  readonly random: Random;
  readonly state: StreamState;
  send(stanza: ElementView, options?: SendOptions): Sending;
}

/** Our requests: sent, and settled by their one answer, or by the loss of the session. */
export class OutgoingIqs {
  readonly #host: OutgoingIqHost;
  readonly #pending: PendingRequests;
  readonly #open = new LazySet<Pending>();
  readonly #changed: () => void;

  /** @param changed Called when how many wait has changed. */
  constructor(host: OutgoingIqHost, limit: number, changed: () => void) {
    this.#host = host;
    this.#pending = new PendingRequests(host.clock, host, limit);
    this.#changed = changed;
  }

  /** How many wait for an answer. */
  get size(): number {
    return this.#pending.size;
  }

  /** Answers that came from somebody who was not asked. */
  get spoofed(): number {
    return this.#pending.spoofed;
  }

  /** Whether this iq answers one of ours; where it does, `answer` settles it. */
  find(iq: Iq): { answer(): void } | undefined {
    return this.#pending.find(iq);
  }

  /** Whether it is the result of a request of ours. */
  awaits(iq: Iq): boolean {
    return this.#pending.awaits(iq);
  }

  async request(iq: Iq, timeout: number, signal: AbortSignal | undefined): Promise<Iq> {
    if (!iq.isRequest) throw new TypeError('a request is an iq of type get or set');
    if (this.#host.state === 'disconnected')
      throw new DisconnectedError('there is no connection to ask on: call connect() first');
    iq.id ??= this.#host.random.id();
    let pending = undefined as Pending | undefined;
    const answer = this.#pending.open(iq, timeout, signal, (opened) => {
      pending = opened;
    });
    if (!pending) return answer;
    const { reject } = pending;
    this.#changed();
    this.#open.add(pending);
    // What is still in the queue when nobody waits for the answer any more is not sent.
    const over = new AbortController();
    const release = follow(signal, over);
    const sending = this.#host.send(iq, { signal: over.signal, ttl: timeout });
    const unsent = (): void => {
      if (sending.state !== 'failed' && sending.state !== 'unknown') return;
      reject(sending.error ?? new SessionLostError('the request was not sent'));
    };
    sending.onState(unsent);
    unsent();
    try {
      return await answer;
    } catch (error) {
      throw fromHere(error);
    } finally {
      this.#open.delete(pending);
      release();
      over.abort();
      this.#changed();
    }
  }

  /** What is to be done in its turn, since no more answers will come; undefined where nothing waits. */
  lost(reason: Error): (() => void) | undefined {
    if (this.#open.size === 0) return undefined;
    const open = [...this.#open];
    const text = `the session was lost before the answer came: ${reason.message}`;
    const lost = new SessionLostError(text, { cause: reason });
    return () => {
      for (const { reject } of open) reject(lost);
    };
  }
}

/** The payload of a result. @throws StanzaError where it is something else. */
export function payloadOf<V extends ElementView>(result: Iq, answer: ElementClass<V>): V {
  const found = result.payload(answer);
  if (found) return found;
  const got = result.xml.firstElement;
  const text = `expected <${answer.tag} xmlns="${answer.namespace}">, got ${got ? quotedTag(got) : 'an empty result'}`;
  throw new StanzaError('undefined-condition', { text, stanza: result });
}

/** The stack of whoever asked, on an error that was made where the answer came in. Errors that are not ours stay as they are. */
function fromHere(error: unknown): unknown {
  // Every request that a lost session ends gets the same error.
  if (error instanceof SessionLostError) return new SessionLostError(error.message, { cause: error.cause });
  const { captureStackTrace } = Error as { captureStackTrace?: (target: Error, above: unknown) => void };
  if (error instanceof StanzaError || error instanceof TimeoutError) captureStackTrace?.(error, fromHere);
  return error;
}
