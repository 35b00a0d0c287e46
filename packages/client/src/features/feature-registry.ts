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

/** The stream features of a client, in the order in which they are negotiated. */
export class FeatureRegistry implements Iterable<RegisteredFeature> {
  #features: readonly RegisteredFeature[] = [];

  [Symbol.iterator](): Iterator<RegisteredFeature> {
    return this.#features[Symbol.iterator]();
  }

  /** One that is registered later takes the place of an earlier one of the same name while it is there. */
  add(name: string, namespace: string, handler: FeatureHandler, options: FeatureOptions = {}): Registration {
    const feature: RegisteredFeature = {
      name,
      namespace,
      handler,
      order: options.order ?? 5_000,
      beforeLogin: options.beforeLogin ?? false,
    };
    this.#features = [feature, ...this.#features].sort((a, b) => a.order - b.order);
    return new Registration(() => {
      this.#features = this.#features.filter((other) => other !== feature);
    });
  }
}
