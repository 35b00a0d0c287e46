import { SestinaError } from '../errors.js';
import { Registration } from '../registration.js';

/** What is kept has one writer, and that is another connection, process or tab. */
export class StateLockedError extends SestinaError {
  static override readonly name = 'StateLockedError';
  readonly code = 'ERR_STATE_LOCKED';
  override readonly retryable = true;

  constructor(
    /** What is locked. */
    readonly what: string,
  ) {
    super(`"${what}" is in use by another connection, process or tab: end that one, or give each a place of its own`);
  }
}

/** Who may write: one at a time, until he is gone. */
export abstract class Locks {
  static readonly name: string = 'Locks';
  /**
   * Takes the lock of that name; disposing of the registration gives it back. One that was killed has it no more.
   * @throws StateLockedError where somebody has it; the signal's reason.
   */
  abstract acquire(name: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<Registration>;
}

/** Among those who share this object. */
export class MemoryLocks extends Locks {
  readonly #held = new Set<string>(); // bound: locks of plugins

  async acquire(name: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Registration> {
    signal?.throwIfAborted();
    if (this.#held.has(name)) throw new StateLockedError(name);
    this.#held.add(name);
    return new Registration(() => this.#held.delete(name));
  }
}
