/**
 * Things in the order in which they came, of which some are gone meanwhile. A `Set` finds its first element by walking over all that were
 * taken out before it, which is slow where that is done at each new one.
 */
export class Fifo<T> {
  readonly #alive: ReadonlySet<T>;
  #items: T[] = [];
  #head = 0;

  /** @param alive Those that are not gone. */
  constructor(alive: ReadonlySet<T>) {
    this.#alive = alive;
  }

  push(item: T): void {
    this.#items.push(item);
    // Half of it, and more, is gone.
    if (this.#items.length < 64 || this.#items.length < 2 * this.#alive.size) return;
    this.#items = this.#items.slice(this.#head).filter((each) => this.#alive.has(each));
    this.#head = 0;
  }

  /** The first that is not gone; it stays the first. */
  get first(): T | undefined {
    for (; this.#head < this.#items.length; this.#head++) {
      const item = this.#items[this.#head] as T;
      if (this.#alive.has(item)) return item;
    }
    return undefined;
  }
}
