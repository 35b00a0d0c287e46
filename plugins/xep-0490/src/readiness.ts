/** A promise for something that is so in each session anew. */
export class Readiness {
  #promise!: Promise<void>;
  #resolve!: () => void;
  #reject!: (reason: unknown) => void;
  #is = false;

  constructor() {
    this.#renew();
  }

  get promise(): Promise<void> {
    return this.#promise;
  }

  /** Whether it is so. */
  get is(): boolean {
    return this.#is;
  }

  reached(): void {
    this.#is = true;
    this.#resolve();
  }

  /** It is so no more; who waits goes on waiting. */
  lost(): void {
    if (this.#is) this.#renew();
  }

  /** It will never be so. */
  never(reason: unknown): void {
    this.lost();
    this.#reject(reason);
  }

  #renew(): void {
    this.#is = false;
    this.#promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Nobody has to wait for it.
    this.#promise.catch(() => {});
  }
}
