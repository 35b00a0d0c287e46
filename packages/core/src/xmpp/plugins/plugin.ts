import type { Token } from '../../di/index.js';
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
  /**
   * What the constructor is given, in the order of its parameters: `[BaseXMPP, PingOptions] as const`. Each is a class: the
   * connection, a service, another plugin, which is then installed first, or `Options`. The word `parameters` where each
   * parameter has an `@inject()` of its own instead.
   */
  static readonly inject: readonly Token<unknown>[] | 'parameters' = [];
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
  readonly inject: readonly Token<unknown>[] | 'parameters';
  readonly prototype: P;
  readonly name: string;
  new (...args: never[]): P;
}

type InstanceOf<T> = T extends abstract new (...args: never[]) => infer I ? I : never;
type Injected<I> = I extends readonly unknown[] ? { -readonly [K in keyof I]: InstanceOf<I[K]> } : never;
/** Of a class that says nothing, and of one whose list lacks `as const`, nothing is known: no parameter gets anything. */
type Given<I> = I extends readonly unknown[] ? (number extends I['length'] ? [] : Injected<I>) : never;

/**
 * Nothing more to ask of a plugin class whose `static inject` fits the parameters of its constructor; else a property that
 * nothing has, with the refusal for its name, so that the compiler prints it.
 */
export type WellInjected<C extends PluginClass> = [C['inject']] extends ['parameters']
  ? unknown
  : Given<Exclude<C['inject'], 'parameters'>> extends ConstructorParameters<C>
    ? unknown
    : { readonly 'static inject does not fit the constructor': never };

/** What `use()` takes as options for a plugin class: any of them, the rest keep their defaults. */
export type PluginOptions<C extends PluginClass> = Partial<InstanceType<C['Options']>>;
