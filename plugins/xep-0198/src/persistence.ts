import { type BaseXMPP, ConfigError, type Registration, type Sending, Storage } from '@sestina/core';
import { NS_CLIENT } from '@sestina/core/connection';
import { Secrets, StateLockedError } from '@sestina/core/storage';
import { lookUp } from '@sestina/core/transport';
import { within } from '@sestina/core/util';
import { type Kept, KeptSession } from './kept-session.js';
import type { ManagedSession } from './managed-session.js';
import type { StreamManagementOptions } from './options.js';
import { WRAP } from './stanza.js';

// What is kept in one go, so that the first need not wait for the last of a thousand.
const MOST = 64;
// The part of what may wait for its acknowledgement: in the next process all that is kept counts as written.
const PART = 0.25;
// Milliseconds between two attempts to forget.
const PAUSE = 500;

/** Keeps a session beyond the process: each stanza before it is written, each count before it is told. */
export class Persistence {
  readonly #xmpp: BaseXMPP;
  readonly #kept: KeptSession;
  readonly #storage: Storage;
  readonly #name: string;
  readonly #timeout: number;
  readonly #found: (kept: Kept) => void;
  readonly #most: { readonly stanzas: number; readonly bytes: number };
  readonly #gate: Registration & { lookAgain(): void };
  /** Of those that are kept. */
  #numbers = new WeakMap<Sending, number>();
  #lock: Registration | undefined;
  #session: ManagedSession | undefined;
  /** `off`: it was given up for this session, or for lack of the lock. */
  #state: 'beginning' | 'idle' | 'off' | 'on' = 'idle';
  #keeping = false;
  /** What was left behind is known, and may be written over. */
  #loaded = false;
  /** The store failed at that, and is asked once more. */
  #asking: Promise<void> | undefined;
  /** What is kept is not true any more, and could not be forgotten. */
  #stale = false;
  /** How often that is being tried. */
  #forgetting = 0;
  #forgotten = Promise.resolve();
  #withdrawal: Promise<boolean> | undefined;
  /** How many sessions were kept. */
  #begun = 0;
  #disposed = false;

  /**
   * @param options.timeout Milliseconds that the store has for one thing.
   * @param found Called with what another process has left behind where that is known only when another session is on.
   * @throws ConfigError without a place for secrets.
   */
  constructor(
    xmpp: BaseXMPP,
    { timeout, maxUnacked, maxUnackedBytes }: StreamManagementOptions,
    found: (kept: Kept) => void,
  ) {
    const secrets = lookUp(xmpp.scope, Secrets);
    if (!secrets) {
      const text = 'persist needs a place for the id of the session: give the option `secrets` of the connection';
      throw new ConfigError(text, 'persist');
    }
    this.#xmpp = xmpp;
    this.#timeout = timeout;
    this.#found = found;
    this.#most = { stanzas: Math.min(MOST, maxUnacked * PART), bytes: maxUnackedBytes * PART };
    this.#storage = lookUp(xmpp.scope, Storage) as Storage;
    this.#name = `xep-0198/${xmpp.requestedJid.full}`;
    this.#kept = new KeptSession(this.#storage, secrets, `${this.#name}/`);
    this.#gate = xmpp.beforeWrite((sending) => this.#isKept(sending));
  }

  /**
   * Takes the lock, and gives what another process left behind; undefined where that is nothing, where somebody else goes on with it, or
   * where the store fails.
   */
  async open(signal: AbortSignal): Promise<Kept | undefined> {
    try {
      this.#lock ??= await this.#storage.locks.acquire(this.#name, { signal });
      if (this.#disposed) this.#unlock();
      await this.#asking;
      const kept = this.#loaded ? undefined : await this.#within(() => this.#kept.load());
      this.#loaded = true;
      this.#state = 'idle';
      return kept;
    } catch (error) {
      signal.throwIfAborted();
      this.#state = 'off';
      const locked = error instanceof StateLockedError;
      const text = error instanceof Error ? error.message : String(error);
      this.#xmpp.logger.warn(
        `this session is not kept beyond the process: ${locked ? '' : 'the store fails: '}${text}`,
      );
      return undefined;
    }
  }

  /** This session is kept from now on, beginning with its id; where it cannot be resumed, it is not. */
  begin(session: ManagedSession, jid: string): void {
    const { id, max } = session;
    this.#begun += 1;
    if (this.#state === 'off' || id === undefined) this.#state = 'off';
    else {
      this.#session = session;
      this.#state = 'beginning';
      void this.#try(() => this.#kept.begin(jid, id, max)).then((kept) => {
        if (kept) this.#stale = false;
        if (this.#session !== session) return;
        if (this.#state === 'beginning') this.#state = 'on';
        this.#gate.lookAgain();
      });
    }
    this.#gate.lookAgain();
  }

  /** This one goes on, of which everything is kept. */
  restored(session: ManagedSession): void {
    this.#begun += 1;
    this.#session = session;
    this.#state = 'on';
    for (const sending of session.unacked.sendings) this.#holds(sending);
  }

  /** Stanzas wait until it is known whether they are to be kept. */
  wait(): void {
    this.#session = undefined;
    if (this.#state !== 'off') this.#state = 'beginning';
  }

  /** Resolves once that count is kept, or nothing is any more. */
  async handled(session: ManagedSession, handled: number): Promise<void> {
    if (this.#state === 'off') {
      if (this.#stale && this.#forgetting === 0) void this.#forget();
      if (this.#lock && !this.#loaded) this.#asking ??= this.#askAgain();
    }
    if (this.#session === session && this.#state === 'on') await this.#try(() => this.#kept.handled(handled));
  }

  /** What was left behind and could not be read is still owed to somebody. */
  async #askAgain(): Promise<void> {
    try {
      const kept = await this.#within(() => this.#kept.load());
      this.#loaded = true;
      if (kept && !this.#disposed) {
        this.#found(kept);
        void this.#forget();
      }
    } catch {
      // It was said when it failed first.
    } finally {
      this.#asking = undefined;
    }
  }

  /** The server has acknowledged so many. */
  acked(session: ManagedSession): void {
    if (this.#session !== session || this.#state !== 'on') return;
    void this.#try(() => this.#kept.acked(session.unacked.h));
  }

  /** It is over for good: nothing is kept of it. */
  async clear(session: ManagedSession): Promise<void> {
    if (this.#session === session) await this.release();
  }

  /** Resolves once nothing is kept of a session that is over, or the store has failed to forget it. */
  get forgotten(): Promise<void> {
    return this.#forgotten;
  }

  /** Nothing is to be kept: what waits is written, and what was kept is forgotten. */
  async release(): Promise<void> {
    this.#session = undefined;
    if (this.#state !== 'off') this.#state = 'idle';
    this.#gate.lookAgain();
    if (this.#loaded) await this.#forget();
    // Where no connection is made again, another one may go on; but nobody with what is over.
    if (this.#xmpp.state === 'disconnected' && !this.#session && !this.#stale) this.#unlock();
  }

  dispose(): void {
    this.#disposed = true;
    this.#gate.dispose();
    const cleared = this.#session ? this.#forget() : Promise.resolve();
    // What is being written comes to its end before another one may.
    void cleared.then(() => this.#unlock());
  }

  #unlock(): void {
    this.#loaded = false;
    this.#lock?.dispose();
    this.#lock = undefined;
  }

  #isKept(sending: Sending): boolean {
    const session = this.#session;
    if (this.#state === 'beginning') return false;
    if (!session || this.#state !== 'on' || !isStanza(sending)) return true;
    if (this.#numbers.get(sending) === numberIn(session)) return true;
    void this.#keepWaiting();
    return false;
  }

  /** Keeps what waits to be written. */
  async #keepWaiting(): Promise<void> {
    if (this.#keeping) return;
    this.#keeping = true;
    // What is sent in the same turn is kept with it.
    await Promise.resolve();
    const session = this.#session;
    if (session && this.#state === 'on') {
      const at = this.#xmpp.clock.now();
      const first = numberIn(session);
      const waiting = this.#next();
      for (const sending of waiting) this.#holds(sending);
      const stanzas = waiting.map(({ element }) => ({ element, at }));
      // Those of now: where one is withdrawn meanwhile, the others are kept anew.
      const numbers = this.#numbers;
      if (stanzas.length > 0 && (await this.#try(() => this.#kept.add(first, stanzas)))) {
        for (const [index, sending] of waiting.entries()) numbers.set(sending, (first + index) % WRAP);
      }
    }
    this.#keeping = false;
    this.#gate.lookAgain();
  }

  /** The next process would send it: it is told to be `failed` once it is not kept any more, and is unknown where that fails. */
  #holds(sending: Sending): void {
    sending.withdraw ??= () => this.#withdraw();
  }

  /** Keeps what the server has not acknowledged, and none of those that have failed. */
  async #withdraw(): Promise<boolean> {
    // Those of a turn go together.
    this.#withdrawal ??= Promise.resolve().then(() => {
      this.#withdrawal = undefined;
      const session = this.#session;
      if (!session || this.#state !== 'on') return false;
      this.#numbers = new WeakMap();
      const { unacked } = session;
      this.acked(session);
      return this.#try(() => this.#kept.renumber((unacked.h + 1) % WRAP, unacked.stanzas));
    });
    const done = await this.#withdrawal;
    this.#gate.lookAgain();
    if (done) return true;
    if (this.#stale && this.#forgetting === 0) void this.#forget();
    await this.#forgotten;
    return !this.#stale;
  }

  /** What is kept in one go: one stanza at least. */
  #next(): readonly Sending[] {
    const { stanzas, bytes } = this.#most;
    let sum = 0;
    const next: Sending[] = [];
    for (const sending of this.#xmpp.sendQueue.entries) {
      if (!isStanza(sending)) continue;
      sum += sending.size;
      if (next.length > 0 && (next.length + 1 > stanzas || sum > bytes)) break;
      next.push(sending);
    }
    return next;
  }

  #within<T>(work: () => Promise<T>): Promise<T> {
    return within(this.#xmpp.clock, work, { what: 'the store of the session', timeout: this.#timeout });
  }

  /** A store that fails must not keep anybody from talking: the session is not kept any more, and what was is forgotten. */
  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await this.#within(work);
      return true;
    } catch (error) {
      if (this.#state !== 'off') {
        const text = error instanceof Error ? error.message : String(error);
        this.#xmpp.logger.error(`this session is not kept beyond the process any more: the store fails: ${text}`);
        this.#state = 'off';
        void this.#forget();
      }
      return false;
    }
  }

  /** Forgets what is kept; where the store fails, that is tried again, also later. */
  #forget(): Promise<void> {
    this.#forgotten = this.#clear();
    return this.#forgotten;
  }

  async #clear(): Promise<void> {
    const { clock, logger } = this.#xmpp;
    const begun = this.#begun;
    const end = clock.monotonic() + this.#timeout;
    this.#forgetting += 1;
    this.#stale = true;
    for (let told = false; ; told = true) {
      try {
        await this.#within(() => this.#kept.clear());
        this.#stale = false;
        break;
      } catch (error) {
        this.#stale = true;
        const text = error instanceof Error ? error.message : String(error);
        if (!told) logger.error(`a session that is not kept any more cannot be forgotten: the store fails: ${text}`);
      }
      if (this.#disposed || clock.monotonic() >= end) break;
      await new Promise<void>((resolve) => clock.setTimer(PAUSE, resolve, { background: true }));
      // What is kept by now is of another one.
      if (begun !== this.#begun) break;
    }
    this.#forgetting -= 1;
  }
}

/** The number of the stanza that is written next. */
function numberIn({ unacked }: ManagedSession): number {
  return (unacked.sent + 1) % WRAP;
}

function isStanza({ element }: Sending): boolean {
  return element.namespace === NS_CLIENT && ['iq', 'message', 'presence'].includes(element.name);
}
