import { Registration } from '../registration.js';
import type { ElementView } from '../stanza/element.js';
import { isThenable } from './event-queue.js';

/** What a filter gives back: the stanza, another one in its place, or undefined to drop it. */
export type Filtered = ElementView | undefined;

/** Looks at a stanza on its way and may change, replace or drop it. Synchronous: what has to ask somebody is a `messages.transform()`. */
export type Filter = (stanza: ElementView) => Filtered;

/** Lower runs earlier. Default 0. */
export interface FilterOptions {
  readonly order?: number;
}

interface Filed {
  readonly filter: Filter;
  readonly order: number;
}

/** Filters in their order. */
export class FilterChain {
  #filters: readonly Filed[] = [];

  get size(): number {
    return this.#filters.length;
  }

  add(filter: Filter, { order = 0 }: FilterOptions = {}): Registration {
    const entry = { filter, order };
    this.#filters = [...this.#filters, entry].sort((a, b) => a.order - b.order);
    return new Registration(() => {
      this.#filters = this.#filters.filter((other) => other !== entry);
    });
  }

  /** What comes out at the end. @throws what a filter throws; TypeError where one returns a promise. */
  run(stanza: ElementView): Filtered {
    let current: Filtered = stanza;
    for (const { filter } of this.#filters) {
      current = filter(current);
      if (!current) return undefined;
      if (isThenable(current)) throw asynchronous(current);
    }
    return current;
  }
}

/** A filter that asks over the stream would wait for itself: what it asks for stands behind the stanza that it holds up. */
function asynchronous(promise: PromiseLike<unknown>): TypeError {
  // Nobody will look at what comes of it.
  promise.then(undefined, () => {});
  return new TypeError(
    'a filter returned a promise: filters are synchronous, use messages.transform() for what has to wait',
  );
}
