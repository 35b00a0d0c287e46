import { LazyMap } from '@sestina/xml';
import { Registration } from '../registration.js';

/** The protocol features that are announced. Counted: what two plugins announce stays until both are gone. */
export class AdvertisedFeatures implements Iterable<string> {
  readonly #counts = new LazyMap<string, number>(); // bound: features of plugins
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.#counts.keys();
  }

  /** Whether somebody announces it. */
  has(feature: string): boolean {
    return this.#counts.has(feature);
  }

  /** Announces it until the registration is disposed. */
  add(feature: string): Registration {
    const count = this.#counts.get(feature) ?? 0;
    this.#counts.set(feature, count + 1);
    if (count === 0) this.#changed();
    return new Registration(() => {
      const left = (this.#counts.get(feature) ?? 1) - 1;
      if (left > 0) {
        this.#counts.set(feature, left);
      } else {
        this.#counts.delete(feature);
        this.#changed();
      }
    });
  }
}
