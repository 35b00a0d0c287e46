/** A promise that knows whether somebody waits for it, so that a failure which nobody hears of can be reported. */
export class WatchedPromise<T> extends Promise<T> {
  #watched = false;

  // What is derived from it is a plain promise.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Follows `promise`. Its rejection alone is never an unhandled one; what is derived from it is like any other. */
  static following<T>(promise: Promise<T>): WatchedPromise<T> {
    const watched = new WatchedPromise<T>((resolve, reject) => {
      promise.then(resolve, reject);
    });
    Promise.prototype.then.call(watched, undefined, () => {});
    return watched;
  }

  /** Whether `then`, `catch`, `finally` or `await` was used on it. */
  get watched(): boolean {
    return this.#watched;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#watched = true;
    return super.then(fulfilled, rejected);
  }
}
