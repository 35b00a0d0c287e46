import { type BaseXMPP, Storage } from '@sestina/core';
import { lookUp } from '@sestina/core/transport';
import { within } from '@sestina/core/util';

// Milliseconds that the store has: what is sent waits for it.
const PATIENCE = 5_000;

/** The announced text of a limit, by its name. */
export type Said = Readonly<Partial<Record<'maxBytes' | 'idleSeconds', string>>>;

/** What the server has said of its limits, for another process that goes on with the session (XEP-0198). */
export class KeptLimits {
  readonly #xmpp: BaseXMPP;
  #last: Promise<unknown> = Promise.resolve();
  /** Something may be kept: at first that of a process before. */
  #kept = true;

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
  }

  /** Keeps what was said in this session. */
  set(said: Said): void {
    if (said.maxBytes === undefined && said.idleSeconds === undefined) {
      this.forget();
      return;
    }
    this.#kept = true;
    const text = JSON.stringify(said);
    this.#change((storage, key) => storage.set(key, text));
  }

  /** The session is over. */
  forget(): void {
    if (!this.#kept) return;
    this.#kept = false;
    this.#change((storage, key) => storage.delete(key));
  }

  /** What the process before has kept; nothing where that is not to be had. Never rejects. */
  async get(): Promise<Said> {
    await this.#last;
    let text: string | undefined;
    try {
      text = await this.#within((storage, key) => storage.get(key));
    } catch (error) {
      this.#warn('the limits of a session that goes on are not known', error);
    }
    return readSaid(text);
  }

  #change(change: (storage: Storage, key: string) => Promise<void>): void {
    this.#last = this.#last.then(() =>
      this.#within(change).catch((error: unknown) => this.#warn('the limits of this session are not kept', error)),
    );
  }

  #within<T>(work: (storage: Storage, key: string) => Promise<T>): Promise<T> {
    const { scope, clock, requestedJid } = this.#xmpp;
    const storage = lookUp(scope, Storage) as Storage;
    const patience = { what: 'the store of the limits', timeout: PATIENCE };
    return within(clock, () => work(storage, `xep-0478/${requestedJid.full}`), patience);
  }

  #warn(what: string, error: unknown): void {
    this.#xmpp.logger.warn(`${what}: the store fails: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readSaid(text: string | undefined): Said {
  if (text === undefined) return {};
  try {
    const { maxBytes, idleSeconds } = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(typeof maxBytes === 'string' && { maxBytes }),
      ...(typeof idleSeconds === 'string' && { idleSeconds }),
    };
  } catch {
    return {};
  }
}
