import { type BaseXMPP, Plugin, type PluginClass } from '@sestina/core';
import { type Chosen, choose } from './choosing.js';
import type { PartOptions, Parts } from './part.js';

/** What can be said of the parts of a preset: each is that of its plugin, which is not said again. */
export type PresetOptions<P extends Parts> = {
  -readonly [K in keyof P]: PartOptions<P[K]['plugin']> | undefined;
};

/** The parts of a preset that are there, by the names of its options. */
export type InstalledParts<P extends Parts> = {
  readonly [K in keyof P]?: InstanceType<P[K]['plugin']>;
};

/** A class of options: one for each part. Undefined stands for what the preset does by itself. */
export function presetOptions<P extends Parts>(parts: P): new () => PresetOptions<P> {
  return class {
    constructor() {
      for (const name of Object.keys(parts)) Object.assign(this, { [name]: undefined });
    }
  } as new () => PresetOptions<P>;
}

/** Options that a preset has for its parts where those are not given. */
export type PartDefaults<P extends Parts> = {
  readonly [K in keyof P]?: Partial<InstanceType<P[K]['plugin']['Options']>>;
};

/** A plugin that stands for several. What was there before it stays as it is, and when it is removed. */
export abstract class Preset<P extends Parts> extends Plugin {
  readonly #xmpp: BaseXMPP;
  readonly #chosen: ReadonlyMap<string, Chosen>;

  /** @throws ConfigError for options that cannot be meant; what `use()` throws for one of the parts. */
  constructor(xmpp: BaseXMPP, parts: P, options: PresetOptions<P>, defaults: PartDefaults<P> = {}) {
    super();
    this.#xmpp = xmpp;
    this.#chosen = choose(xmpp, parts, options, defaults as Readonly<Record<string, object>>);
    const wanted = [...this.#chosen.values()].filter(({ plugin, present }) => !present || xmpp.plugins.has(plugin));
    const set = wanted.map(({ plugin, options: given }): readonly [PluginClass, object] => [plugin, given]);
    // Whose options are those of which plugin, the compiler has seen where they were given.
    this.own(xmpp.useAll(set as never));
  }

  /** The parts that are there. `xmpp.plugin(Class)` gives each, too. */
  get parts(): InstalledParts<P> {
    const found = [...this.#chosen].map(([name, { plugin }]) => [name, this.#xmpp.plugins.find(plugin)] as const);
    return Object.fromEntries(found.filter(([, plugin]) => plugin !== undefined)) as InstalledParts<P>;
  }
}

/** What the parts are given where nothing that shows that we are there is to be sent. */
export function quietDefaults<P extends Parts>(parts: P): PartDefaults<P> {
  return Object.fromEntries(Object.entries(parts).map(([name, { quiet }]) => [name, quiet])) as PartDefaults<P>;
}
