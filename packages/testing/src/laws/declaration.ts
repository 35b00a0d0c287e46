import type { Audience, BaseXMPP, ElementClass, Plugin, PluginClass, XmlElement } from '@sestina/core';
import type { ScriptedStream } from '../scripted-stream.js';

/** What a plugin is tried in: a connection whose server is the test, and the plugin on it. */
export interface Trial<P extends Plugin = Plugin> {
  readonly plugin: P;
  readonly stream: ScriptedStream;
  readonly xmpp: BaseXMPP;
}

/**
 * Something that a plugin waits for. It begins with everything done that has to be done before, and what it returns must then be
 * pending until the peer answers: a promise, or an iterator that is read. The peer never answers.
 */
export type Wait<P extends Plugin> = (plugin: P, signal: AbortSignal, trial: Trial<P>) => unknown;

/** A call of a method that returns a promise and waits for nobody outside of this process: it settles although no peer answers. */
export interface Local<P extends Plugin> {
  readonly local: Wait<P>;
}

/** A payload that a plugin takes without having asked, from those who may send it and from nobody else. */
export interface Unasked<P extends Plugin> {
  /** The class that it was registered with. */
  readonly payload: ElementClass;
  /**
   * A stanza of somebody who may send it, as XML. The account is `alice@example.org/phone`, juliet@capulet.example is a contact
   * who sees our presence and whose presence we see. A function is called once `prepare()` has settled.
   */
  readonly from: string | ((trial: Trial<P>) => string);
  /** Other senders who may not; strangers and look-alikes of the sender are tried in any case. */
  readonly forgers?: readonly string[];
  /** Which events say that the stanza was believed. Default: all of them. */
  believed?(event: string, data: unknown): boolean;
  /** What has to happen before. */
  prepare?(trial: Trial<P>): Promise<void> | void;
}

type WaitingNames<P> = {
  [K in keyof P & string]: P[K] extends (...args: never[]) => infer R
    ? K extends 'sessionStart' | 'sessionResumed' | 'sessionRestored' | 'sessionEnd'
      ? never
      : R extends Promise<unknown> | AsyncIterable<unknown>
        ? K
        : never
    : never;
}[keyof P & string];

type IsWord<T> = [T] extends [Audience] ? false : [T] extends [string] ? (string extends T ? false : true) : false;

/** Options whose default does not say what is wrong for them: one of several words, one that is undefined, an object. */
type SpecialOptions<O> = {
  [K in keyof O & string]-?: undefined extends O[K]
    ? K
    : IsWord<O[K]> extends true
      ? K
      : O[K] extends number | string | boolean | Audience
        ? never
        : K;
}[keyof O & string];

type OptionsOf<C extends PluginClass> = InstanceType<C['Options']>;

/** A property that is asked for where there is something to say of. */
type Said<Name extends string, Keys extends string, Value> = [Keys] extends [never]
  ? { readonly [N in Name]?: Readonly<Record<string, Value>> }
  : { readonly [N in Name]: { readonly [K in Keys]: Value } & Readonly<Record<string, Value>> };

/** What the laws cannot find out about a plugin by themselves. */
export type PluginDeclaration<C extends PluginClass> = {
  /** Options with which it does all that it can. Default: none. */
  readonly options?: Partial<OptionsOf<C>>;
  /** What an application installs before it, beside the plugins that it injects. */
  readonly needs?: readonly PluginClass[];
  /** What has to happen on the connection before it is installed, or where it is installed from the beginning, once there is a session. */
  prepare?(trial: Omit<Trial<InstanceType<C>>, 'plugin'>): Promise<void> | void;
  /** Payloads that it takes without having asked, and from whom. */
  readonly unasked?: readonly Unasked<InstanceType<C>>[];
  /** Payloads that it takes from everybody, strangers too. */
  readonly anybody?: readonly ElementClass[];
  /** What it stores that outlives it begins with one of these. Default: its id and a slash. */
  readonly keeps?: readonly string[];
  /** What the server answers to questions of it while it is tried with what it is sent; undefined: nothing. */
  answer?(request: XmlElement): string | undefined;
  /** What else a stanza may change, as something that JSON can hold. */
  state?(plugin: InstanceType<C>): unknown;
} & Said<'waits', WaitingNames<InstanceType<C>>, Wait<InstanceType<C>> | Local<InstanceType<C>>> &
  Said<'refused', SpecialOptions<OptionsOf<C>>, readonly unknown[]>;

/** A declaration as the laws read it. @internal */
export interface ReadDeclaration {
  readonly options?: object;
  readonly needs?: readonly PluginClass[];
  readonly unasked?: readonly Unasked<Plugin>[];
  readonly anybody?: readonly ElementClass[];
  readonly keeps?: readonly string[];
  readonly waits?: Readonly<Record<string, Wait<Plugin> | Local<Plugin>>>;
  readonly refused?: Readonly<Record<string, readonly unknown[]>>;
  answer?(request: XmlElement): string | undefined;
  prepare?(trial: Omit<Trial, 'plugin'>): Promise<void> | void;
  state?(plugin: Plugin): unknown;
}

/**
 * Declares what `pluginLaws()` cannot find out: a call of each method that waits, a stanza for each payload that is taken unasked. The
 * compiler asks for the methods that return a promise, and for the options whose default does not say what is wrong for them.
 */
export function declareLaws<C extends PluginClass>(
  plugin: C,
  declaration: PluginDeclaration<C>,
): { readonly plugin: C; readonly declaration: PluginDeclaration<C> } {
  return { plugin, declaration };
}
