import { Registration } from '@sestina/core';
import type { FeatureHandler, FeatureOptions } from './feature.js';

/** A feature that somebody can negotiate. */
export interface RegisteredFeature {
  readonly name: string;
  readonly namespace: string;
  readonly handler: FeatureHandler;
  readonly order: number;
  readonly beforeLogin: boolean;
}

const DEFAULT_ORDER = 5_000;

/** The stream features of a client. */
export class FeatureRegistry implements Iterable<RegisteredFeature> {
  /** By name; the newest of a name is the first of its list, and the one that counts. */
  readonly #features = new Map<string, readonly RegisteredFeature[]>();

  /** Those that count, in the order in which they are negotiated. */
  [Symbol.iterator](): Iterator<RegisteredFeature> {
    return [...this.#features.values()]
      .flatMap(([newest]) => newest ?? [])
      .sort((a, b) => a.order - b.order)
      [Symbol.iterator]();
  }

  /** One that is registered later takes the place of an earlier one of the same name, and its turn, while it is there. */
  add(name: string, namespace: string, handler: FeatureHandler, options: FeatureOptions = {}): Registration {
    const key = `{${namespace}}${name}`;
    const others = (): readonly RegisteredFeature[] => this.#features.get(key) ?? [];
    const [replaced] = others();
    const feature: RegisteredFeature = {
      name,
      namespace,
      handler,
      order: options.order ?? replaced?.order ?? DEFAULT_ORDER,
      beforeLogin: options.beforeLogin ?? replaced?.beforeLogin ?? false,
    };
    this.#features.set(key, [feature, ...others()]);
    return new Registration(() => {
      const left = others().filter((other) => other !== feature);
      if (left.length > 0) this.#features.set(key, left);
      else this.#features.delete(key);
    });
  }
}
