import { disposeAll, type Registration } from '../../registration.js';
import { PluginError } from './plugin-error.js';

/** The options of a plugin that has none. */
export class NoOptions {}

/**
 * Base of every plugin: one object per connection. The constructor only wires (handlers, features; no I/O, nothing
 * awaited), and hands everything that it registers to `own`.
 */
export abstract class Plugin {
  /** `xep-0199`: what messages call it. */
  static readonly id: string = '';
  /** The class whose field initialisers are the defaults of its options. */
  static readonly Options: new () => object = NoOptions;
  #owned: { dispose(): void }[] | undefined = [];

  /**
   * Undone, last first, when the plugin is removed. What comes after that, from something that still ran, is undone at
   * once.
   */
  protected own(...registrations: (Registration | { dispose(): void })[]): void {
    if (this.#owned) this.#owned.push(...registrations);
    else disposeAll(registrations);
  }

  /**
   * Begins what asks or sends for an application, which may hold on to a plugin that was removed.
   * @throws PluginError (`ERR_PLUGIN_MISSING`) where it was.
   */
  protected assertInstalled(): void {
    if (this.#owned) return;
    const { id } = this.constructor as unknown as PluginClass;
    throw new PluginError('ERR_PLUGIN_MISSING', `${id} was removed: take what use() gives anew`, id);
  }

  /**
   * A new session has started: initial work goes here. Not called where a session was resumed. Called at once, after all
   * that it needs, where the plugin is installed during a session.
   */
  sessionStart?(): void | Promise<void>;
  /** The old session goes on and nothing was lost. */
  sessionResumed?(): void | Promise<void>;
  /**
   * The session is over, or the plugin is removed during one: drop what belonged to it and reject what waits for it, with
   * this reason.
   */
  sessionEnd?(reason: Error): void;

  /**
   * Undoes everything that was handed to `own`; the registry calls it.
   * @throws AggregateError with what failed, after the last one.
   */
  disposeOwned(): void {
    const owned = this.#owned ?? [];
    this.#owned = undefined;
    disposeAll(owned);
  }
}

/** A class of plugins. */
export interface PluginClass<P extends Plugin = Plugin> {
  readonly id: string;
  readonly Options: new () => object;
  readonly prototype: P;
  readonly name: string;
  new (...args: never[]): P;
}

/** What `use()` takes as options for a plugin class: any of them, the rest keep their defaults. */
export type PluginOptions<C extends PluginClass> = Partial<InstanceType<C['Options']>>;
