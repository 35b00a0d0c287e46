import type { PluginClass } from '@sestina/core';

type OptionsOf<C extends PluginClass> = Partial<InstanceType<C['Options']>>;

/** What can be said of a part: its plugin's own options; `true`, with those that it has anyway; `false`, to leave it out. */
export type PartOptions<C extends PluginClass> = boolean | OptionsOf<C>;

/** One plugin of a preset. */
export interface Part<C extends PluginClass = PluginClass> {
  readonly plugin: C;
  /** Whether it is only there where somebody asks for it. */
  readonly asked: boolean;
  /** Options with which it shows nobody that we are there. */
  readonly quiet: OptionsOf<C>;
}

/** The parts of a preset, by the names of its options. */
export type Parts = Readonly<Record<string, Part>>;

export function part<C extends PluginClass>(plugin: C, quiet?: OptionsOf<C>): Part<C> {
  return { plugin, asked: false, quiet: quiet ?? {} };
}

/** A part that is only there where somebody asks for it. */
export function askedPart<C extends PluginClass>(plugin: C, quiet?: OptionsOf<C>): Part<C> {
  return { plugin, asked: true, quiet: quiet ?? {} };
}
