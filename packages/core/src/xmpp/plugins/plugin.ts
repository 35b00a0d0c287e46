import type { Token } from '../../di/index.js';
import { Lifetime } from '../../lifetime.js';
import { disposeAll, type Registration } from '../../registration.js';
import { follow } from '../../util/within.js';

/** What a connection is: a token that only one of them has says so with `static readonly kinds`, as a plugin does. */
export type ConnectionKind = 'client' | 'component';

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
  /** The tokens that it stands behind: abstract classes that others inject without knowing who does the work. */
  static readonly provides: readonly Token<unknown>[] = [];
  /** The kinds of connection that it is for. */
  static readonly kinds: readonly ConnectionKind[] = ['client', 'component'];
  readonly #lifetime = new Lifetime();
  readonly #owned = new Set<Owned>();

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /**
   * Aborted when the plugin is removed, with the reason: a `PluginError`, or a `DisconnectedError` where the connection was
   * disposed of. What waits is bound to it, see `untilRemoved()`.
   */
  get lifetime(): AbortSignal {
    return this.#lifetime.signal;
  }

  /**
   * Has what is given undone, last first, when the plugin is removed, and returns the first of it. A registration that is
   * disposed of before is forgotten. What comes after the removal, from something that still ran, is undone at once.
   */
  protected own<T extends Owned>(first: T, ...more: Owned[]): T {
    const all = [first, ...more];
    if (this.#lifetime.over) {
      disposeAll(all);
      return first;
    }
    for (const owned of all) {
      this.#owned.add(owned);
      owned.whenDisposed?.(() => this.#owned.delete(owned));
    }
    return first;
  }

  /**
   * Does work for an application, which may hold on to a plugin that was removed: `work` gets a signal that aborts with the
   * plugin's lifetime and with `signal`, whichever ends first.
   * @throws the reason of the one that has ended already, before the work begins; what the work rejects with.
   */
  protected async untilRemoved<T>(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => PromiseLike<T> | T,
  ): Promise<T> {
    const { lifetime } = this;
    lifetime.throwIfAborted();
    signal?.throwIfAborted();
    if (!signal) return work(lifetime);
    const controller = new AbortController();
    const releases = [lifetime, signal].map((ends) => follow(ends, controller));
    try {
      return await work(controller.signal);
    } finally {
      for (const release of releases) release();
    }
  }

  /**
   * A new session has started: initial work goes here. It begins when those of the plugins that this one injects have come to
   * an end, or have taken five seconds. Called at once where the plugin is installed during a session.
   * @param signal Aborts when the session is over or the plugin is removed.
   */
  sessionStart?(signal: AbortSignal): void | Promise<void>;
  /** The old session goes on and nothing was lost. */
  sessionResumed?(signal: AbortSignal): void | Promise<void>;
  /** A session goes on that the server had kept and this process knows nothing of. Without it, `sessionStart` is called. */
  sessionRestored?(signal: AbortSignal): void | Promise<void>;
  /** A session that this plugin was told of is over, or the plugin is removed during one: drop what belonged to it. */
  sessionEnd?(reason: Error): void;

  /**
   * Ends the lifetime and undoes everything that is owned; the registry calls it.
   * @throws AggregateError with what failed, after the last one.
   */
  disposeOwned(reason: Error): void {
    this.#lifetime.end(reason);
    const owned = [...this.#owned];
    this.#owned.clear();
    disposeAll(owned);
  }
}

/** What can be owned: a `Registration`, or anything that is to be disposed of at the end. */
export type Owned = Pick<Registration, 'dispose'> & Partial<Pick<Registration, 'whenDisposed'>>;

/** A class of plugins. */
export interface PluginClass<P extends Plugin = Plugin> {
  readonly id: string;
  readonly Options: new () => object;
  readonly inject: readonly Token<unknown>[] | 'parameters';
  readonly provides: readonly Token<unknown>[];
  readonly kinds: readonly ConnectionKind[];
  readonly prototype: P;
  readonly name: string;
  new (...args: never[]): P;
}

type InstanceOf<T> = T extends abstract new (...args: never[]) => infer I ? I : never;
type Injected<I> = I extends readonly unknown[] ? { -readonly [K in keyof I]: InstanceOf<I[K]> } : never;
/** Of a class that says nothing, and of one whose list lacks `as const`, nothing is known: no parameter gets anything. */
type Given<I> = I extends readonly unknown[] ? (number extends I['length'] ? [] : Injected<I>) : never;

type Fits<C extends PluginClass> = [C['inject']] extends ['parameters']
  ? true
  : Given<Exclude<C['inject'], 'parameters'>> extends ConstructorParameters<C>
    ? true
    : false;

/** A union of `false` for each of them that the plugin is not. */
type Stands<C extends PluginClass> = C['provides'][number] extends infer T
  ? T extends Token<unknown>
    ? InstanceType<C> extends InstanceOf<T>
      ? never
      : false
    : never
  : never;

/**
 * Nothing more to ask of a plugin class whose `static inject` fits the parameters of its constructor, and which is what
 * `static provides` says; else a property that nothing has, with the refusal for its name, so that the compiler prints it.
 */
export type WellInjected<C extends PluginClass> =
  Fits<C> extends true
    ? [Stands<C>] extends [never]
      ? unknown
      : { readonly 'static provides names a class that the plugin is not': never }
    : { readonly 'static inject does not fit the constructor': never };

/** What `use()` takes as options for a plugin class: any of them, the rest keep their defaults. */
export type PluginOptions<C extends PluginClass> = Partial<InstanceType<C['Options']>>;

/** A plugin of a set, alone or with its options. */
export type PluginPart = PluginClass | readonly [plugin: PluginClass, options?: object];

/** The parts themselves, where the options of each are its own. */
export type WellChosen<T extends readonly PluginPart[]> = {
  readonly [K in keyof T]: T[K] extends readonly [infer C extends PluginClass, unknown]
    ? readonly [C & WellInjected<C>, PluginOptions<C>]
    : T[K] extends infer C extends PluginClass
      ? WellInjected<C>
      : unknown;
};
