/**
 * Where paging has been, to notice that it goes in a circle: one place is remembered, and after twice as many pages another one
 * (Brent's algorithm), so that no list is kept however long it takes.
 */
export class Cursors {
  #remembered: string | undefined;
  #power = 1;
  #steps = 0;

  constructor(first: string | undefined) {
    this.#remembered = first;
  }

  /** Whether paging was there before. */
  isKnown(cursor: string): boolean {
    if (cursor === this.#remembered) return true;
    this.#steps += 1;
    if (this.#steps === this.#power) {
      this.#remembered = cursor;
      this.#power *= 2;
      this.#steps = 0;
    }
    return false;
  }
}
