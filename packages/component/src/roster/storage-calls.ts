/** A call to a storage, which may have to wait until others have come to an end. */
export interface StorageCall<T> {
  readonly result: Promise<T>;
  /** Takes it back where it has not begun: it never will, and the result rejects. */
  cancel(): void;
}

/**
 * Calls to a storage, no more than so many under way at once: strangers decide how many rosters are read. One that was given up
 * counts until the storage is done with it, which may be never.
 */
export class StorageCalls {
  readonly #max: number;
  #running = 0;
  /** What begins those that wait, the oldest first. */
  readonly #waiting = new Set<() => void>();

  constructor(max: number) {
    this.#max = max;
  }

  start<T>(run: () => Promise<T>): StorageCall<T> {
    let cancel = (): void => {};
    const result = new Promise<T>((resolve, reject) => {
      const begin = (): void => {
        this.#running += 1;
        resolve(this.#run(run));
      };
      cancel = () => {
        if (this.#waiting.delete(begin)) reject(new Error('given up before it began'));
      };
      if (this.#running < this.#max) begin();
      else this.#waiting.add(begin);
    });
    return { result, cancel };
  }

  async #run<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } finally {
      this.#running -= 1;
      const [next] = this.#waiting;
      if (next) {
        this.#waiting.delete(next);
        next();
      }
    }
  }
}
