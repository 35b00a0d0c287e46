import { LazyMap } from '@sestina/xml';
import { BusyError, ConfigError, DisconnectedError } from '../../errors.js';
import { JID } from '../../jid/index.js';
import type { Clock } from '../../services/clock.js';
import type { Iq } from '../../stanza/iq.js';
import { ErrorElement } from '../../stanza/stanza-error.js';
import { positive } from '../../stream/positive.js';
import { deadline } from '../../util/within.js';

/** The session went away before the answer came; it will not come any more. */
export class SessionLostError extends DisconnectedError {
  static override readonly name: string = 'SessionLostError';
  override readonly code = 'ERR_SESSION_LOST';
}

/** How long to wait for an answer. */
export interface RequestOptions {
  /** Milliseconds. Default: the connection's `timeout`, 30,000. */
  timeout?: number | undefined;
  /** Gives up; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Who we are, as far as it decides who may answer. */
export interface LocalAddresses {
  readonly boundJid: JID | undefined;
  readonly serverDomain: string;
  /** It has many addresses; `requestedJid` asks where a request does not say another one. */
  readonly isComponent: boolean;
  readonly requestedJid: JID;
}

/** A request that waits for its answer. */
export interface Pending {
  readonly to: JID | undefined;
  readonly from: JID | undefined;
  /** Another one with the same id, of another address of ours. */
  next: Pending | undefined;
  /** Somebody who answered and was not asked. */
  stranger: JID | undefined;
  resolve(answer: Iq): void;
  reject(reason: unknown): void;
}

/** Our open requests. An answer counts only with the right id, from the right sender, as an iq of the right kind (CVE-2014-0364). */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #self: LocalAddresses;
  readonly #limit: number;
  /** By id. */
  readonly #pending = new LazyMap<string, Pending>(); // bound: requests of ours, up to a number
  #size = 0;
  /** Answers that came from somebody who was not asked. */
  spoofed = 0;

  /** @throws ConfigError for a limit that is no positive number. */
  constructor(clock: Clock, self: LocalAddresses, limit: number) {
    this.#clock = clock;
    this.#self = self;
    this.#limit = positive('maxPending', limit);
  }

  /** How many wait for an answer. */
  get size(): number {
    return this.#size;
  }

  /**
   * Waits for the answer to an iq that has its id.
   * @param timeout Milliseconds; 0 waits for the next turn, Infinity for ever.
   * @param opened Gets what may end it, as soon as it waits.
   * @throws TimeoutError, BusyError, StanzaError (the answer), ConfigError for a timeout that is no time, TypeError
   *   without an id or with that of another open request of the same address, the signal's reason.
   */
  open(iq: Iq, timeout: number, signal: AbortSignal | undefined, opened?: (pending: Pending) => void): Promise<Iq> {
    return new Promise((resolve, reject) => {
      const { isComponent, requestedJid } = this.#self;
      const { id, to, from = isComponent ? requestedJid : undefined } = iq;
      if (id === undefined) throw new TypeError('a request needs an id');
      const next = this.#pending.get(id);
      for (let other = next; other; other = other.next) {
        // A client is one address, whatever its requests say.
        if (isComponent && from?.full !== other.from?.full) continue;
        throw new TypeError(`a request with the id "${id}" is open already`);
      }
      if (typeof timeout !== 'number' || !(timeout >= 0)) {
        throw new ConfigError('timeout: expected milliseconds from 0', 'timeout');
      }
      if (signal?.aborted) return reject(signal.reason);
      if (this.#size >= this.#limit) throw new BusyError('open requests', this.#limit);
      const close = (): boolean => {
        if (!this.#take(id, pending)) return false;
        end();
        return true;
      };
      const pending: Pending = {
        to,
        from,
        next,
        stranger: undefined,
        resolve: (answer) => close() && resolve(answer),
        reject: (reason) => close() && reject(reason),
      };
      const what = (): string => `answer of ${to ?? 'the server'} to iq ${id}${strangerIn(pending)}`;
      const end = deadline(this.#clock, { what, timeout, signal, how: 'no answer' }, pending.reject);
      this.#pending.set(id, pending);
      this.#size += 1;
      opened?.(pending);
    });
  }

  /** Takes one out; false where it is not there any more. */
  #take(id: string, pending: Pending): boolean {
    const { next } = pending;
    let one = this.#pending.get(id);
    if (one === pending) {
      if (next) this.#pending.set(id, next);
      else this.#pending.delete(id);
    } else {
      while (one && one.next !== pending) one = one.next;
      if (!one) return false;
      one.next = next;
    }
    this.#size -= 1;
    return true;
  }

  /** Whether this iq answers one of ours; where it does, `answer` settles it. */
  find(iq: Iq): { answer(): void } | undefined {
    const type = iq.xml.attribute('type');
    if (type !== 'result' && type !== 'error') return undefined;
    const { id } = iq;
    const first = id === undefined ? undefined : this.#pending.get(id);
    if (!first) return undefined;
    for (let pending: Pending | undefined = first; pending; pending = pending.next) {
      const { reject, resolve } = pending;
      if (!this.#mayAnswer(pending, iq)) continue;
      return { answer: () => (type === 'error' ? reject(ErrorElement.of(iq)) : resolve(iq)) };
    }
    this.spoofed += 1;
    first.stranger ??= JID.tryParse(iq.xml.attribute('from') ?? '');
    return undefined;
  }

  /** Whether it is the result of a request; nothing is settled and nobody is suspected. */
  awaits(iq: Iq): boolean {
    const { id } = iq;
    if (iq.xml.attribute('type') !== 'result' || id === undefined) return false;
    let pending = this.#pending.get(id);
    while (pending && !this.#mayAnswer(pending, iq)) pending = pending.next;
    return pending !== undefined;
  }

  #mayAnswer({ to, from }: Pending, iq: Iq): boolean {
    const raw = iq.xml.attribute('from');
    const sender = raw === undefined ? undefined : JID.tryParse(raw);
    if (raw !== undefined && !sender) return false;
    if (from && !this.#isFor(from, iq)) return false;
    const { boundJid, serverDomain } = this.#self;
    if (!to) {
      if (!sender) return true;
      if (sender.full === serverDomain) return true;
      return boundJid !== undefined && (sender.equals(boundJid) || sender.equals(boundJid.bare));
    }
    if (!sender) return to.full === serverDomain || (boundJid !== undefined && to.equals(boundJid.bare));
    return sender.equals(to);
  }

  /** Where the request said whom it came from, as a component's do, the answer has to be for that address. */
  #isFor(from: JID, iq: Iq): boolean {
    const raw = iq.xml.attribute('to');
    if (raw === from.full) return true;
    const to = raw === undefined ? undefined : JID.tryParse(raw);
    if (to?.equals(from)) return true;
    // What a client says of itself its server writes anew; and all that comes is for that client.
    const { boundJid } = this.#self;
    if (!boundJid?.bare.equals(from.bare)) return false;
    return raw === undefined || to?.equals(boundJid) === true || to?.equals(boundJid.bare) === true;
  }
}

// Servers that write an address in another way, or answer for somebody else, look like one that does not answer at all.
function strangerIn({ stranger }: Pending): string {
  return stranger ? ` (one came from ${stranger.full.slice(0, 100)}, who was not asked)` : '';
}
