/** What something that was received leads to, as far as it is queued or has not come to an end. */
export class Work {
  #open = 0;
  readonly #finished: () => void;

  /** @param finished Called once, when nothing of it is left. */
  constructor(finished: () => void) {
    this.#finished = finished;
  }

  /** A part of it begins. */
  opens(): void {
    this.#open += 1;
  }

  /** A part of it has come to an end. */
  closes(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#finished();
  }

  /** Whether nothing of it is left. */
  get over(): boolean {
    return this.#open === 0;
  }
}
