import { Registration } from '../registration.js';
import type { ElementView } from '../stanza/element.js';
import { isThenable } from './event-queue.js';

/** What a filter gives back: the stanza, another one in its place, or undefined to drop it. */
export type Filtered = ElementView | undefined;

/** Looks at a stanza on its way and may change, replace or drop it. */
export type Filter<R = Filtered | Promise<Filtered>> = (stanza: ElementView) => R;

/** Lower runs earlier. Default 0. */
export interface FilterOptions {
  readonly order?: number;
}

interface Filed<R> {
  readonly filter: Filter<R>;
  readonly order: number;
}

/** Filters in their order. A promise of one holds up only this stanza and those behind it. */
export class FilterChain<R extends Filtered | Promise<Filtered> = Filtered | Promise<Filtered>> {
  #filters: readonly Filed<R>[] = [];

  get size(): number {
    return this.#filters.length;
  }

  add(filter: Filter<R>, { order = 0 }: FilterOptions = {}): Registration {
    const entry = { filter, order };
    this.#filters = [...this.#filters, entry].sort((a, b) => a.order - b.order);
    return new Registration(() => {
      this.#filters = this.#filters.filter((other) => other !== entry);
    });
  }

  /** What comes out at the end: at once as long as no filter returns a promise. Throws what a filter throws. */
  run(stanza: ElementView): Filtered | Promise<Filtered> {
    return this.#runFrom(this.#filters, 0, stanza);
  }

  #runFrom(filters: readonly Filed<R>[], start: number, stanza: ElementView): Filtered | Promise<Filtered> {
    let current: ElementView = stanza;
    for (let i = start; i < filters.length; i++) {
      const result = filters[i]?.filter(current) as Filtered | Promise<Filtered>;
      if (isThenable(result)) {
        return Promise.resolve(result).then((next) => next && this.#runFrom(filters, i + 1, next));
      }
      if (!result) return undefined;
      current = result as ElementView;
    }
    return current;
  }
}
