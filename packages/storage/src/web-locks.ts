import { Registration } from '@sestina/core';
import { Locks, StateLockedError } from '@sestina/core/storage';

/** What is used of `navigator.locks`. */
export interface LockManagerLike {
  request(
    name: string,
    options: { readonly ifAvailable: true },
    callback: (lock: object | null) => Promise<void> | undefined,
  ): Promise<unknown>;
}

/** Locks among the tabs and workers of one origin: a page that is closed or crashes has none any more. */
export class WebLocks extends Locks {
  readonly #manager: LockManagerLike;

  /** @param manager `navigator.locks`. */
  constructor(manager: LockManagerLike) {
    super();
    this.#manager = manager;
  }

  /** Those of the page; undefined where there is no such thing, and outside of pages and workers of one. */
  static ofPlatform(): WebLocks | undefined {
    const { navigator, location } = globalThis as { navigator?: { locks?: LockManagerLike }; location?: object };
    return location && navigator?.locks ? new WebLocks(navigator.locks) : undefined;
  }

  acquire(name: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Registration> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const held = (lock: object | null): Promise<void> | undefined => {
        if (!lock) {
          reject(new StateLockedError(name));
          return undefined;
        }
        return new Promise((release) => resolve(new Registration(() => release())));
      };
      this.#manager.request(`sestina ${name}`, { ifAvailable: true }, held).catch(reject);
    });
  }
}
