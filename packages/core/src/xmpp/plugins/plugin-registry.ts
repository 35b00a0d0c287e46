import { LazyMap, LazySet } from '@sestina/xml';
import type { DependencyContainer, Token } from '../../di/index.js';
import { Registration } from '../../registration.js';
import { InstalledWatchers, type WhileInstalled } from './installed-watchers.js';
import {
  type ConnectionKind,
  NoOptions,
  type Plugin,
  type PluginClass,
  type PluginOptions,
  type PluginPart,
  type WellChosen,
  type WellInjected,
} from './plugin.js';
import { PluginError } from './plugin-error.js';
import {
  circle,
  conflict,
  disposed,
  duplicate,
  inUse,
  lacking,
  missing,
  notInstalled,
  otherOptions,
  removed,
} from './plugin-failures.js';
import {
  assertId,
  assertKind,
  assertPlugin,
  isPluginClass,
  nameOf,
  sameOptions,
  tokensOf,
  withDefaults,
} from './plugin-wiring.js';
import type { SessionHooks } from './session-hooks.js';

export type { WhileInstalled } from './installed-watchers.js';
export { PluginError } from './plugin-error.js';

interface Installed {
  readonly plugin: Plugin;
  readonly needs: ReadonlySet<PluginClass>;
  /** The sets that it is there for; undefined where it is there for its own sake. */
  sets: Set<object> | undefined;
}

/** A plugin that is being installed, and what it turned out to need. */
interface Installing {
  readonly cls: PluginClass;
  readonly needs: Set<PluginClass>;
}

/** What a registry reports and asks of its connection. */
export interface RegistryHost {
  kind(): ConnectionKind;
  /** Runs `construct` for a plugin of that class, and undoes what it registered where it throws. */
  constructing<T>(owner: PluginClass, construct: () => T): T;
  /** Every registration passes here, for `constructing`. */
  registered<R extends Registration>(registration: R): R;
  reportError(error: unknown, where: string): void;
}

/** The plugins of one connection, in the order in which they were installed. */
export class PluginRegistry implements Iterable<Plugin> {
  readonly #installed = new LazyMap<PluginClass, Installed>();
  readonly #options = new LazyMap<PluginClass, object>();
  /** Who stands behind a token. */
  readonly #providers = new LazyMap<Token<unknown>, PluginClass>();
  /** What was made known to the container. */
  readonly #registered = new LazySet<Token<unknown>>();
  /** From the plugin that was asked for to the one that is constructed right now. */
  readonly #path: Installing[] = []; // bound: plugins that need each other
  readonly #scope: DependencyContainer;
  readonly #host: RegistryHost;
  readonly #hooks: SessionHooks;
  readonly #watchers: InstalledWatchers;
  /** The set that is being installed. */
  #set: object | undefined;
  /** Calls of `use()` and `useAll()` that are going on, one within the other. */
  #depth = 0;
  #closed = false;

  constructor(scope: DependencyContainer, host: RegistryHost, hooks: SessionHooks) {
    this.#scope = scope;
    this.#host = host;
    this.#hooks = hooks;
    this.#watchers = new InstalledWatchers(
      (token) => this.#found(token)?.plugin,
      (error, where) => host.reportError(error, where),
    );
  }

  *[Symbol.iterator](): IterableIterator<Plugin> {
    for (const { plugin } of [...this.#installed.values()]) yield plugin;
  }

  /** The id of the plugin whose constructor runs right now. */
  get installing(): string | undefined {
    const now = this.#path.at(-1);
    return now && nameOf(now.cls);
  }

  /** The ids of what is installed, in order. */
  get ids(): string[] {
    return [...this.#installed.keys()].map(nameOf);
  }

  /** Whether it is installed, or one that provides it. */
  has(cls: Token<Plugin>): boolean {
    return this.#found(cls) !== undefined;
  }

  /**
   * Installs a plugin, before it those that it needs. A second call gives the same instance; so does one for a class that an
   * installed plugin provides. Where it throws, nothing of it stays installed.
   * @throws PluginError where something it needs is missing, where plugins need each other in a circle, for an option that
   *   it does not have, for other options to a plugin that is installed already, where another class has its id or provides
   *   what it provides, or where it is for another kind of connection; DisconnectedError after `dispose()`. What its
   *   constructor throws comes through.
   */
  use<C extends PluginClass>(cls: C & WellInjected<C>, options?: PluginOptions<C>): InstanceType<C> {
    return this.#completely(() => {
      assertPlugin(cls);
      const existing = this.#found(cls);
      if (!existing) return this.#install(cls, options ?? {}) as InstanceType<C>;
      if (options) this.#assertSame(cls, options);
      this.#needed(cls);
      // What the application asks for by name stays, whichever set has brought it.
      if (this.#depth === 1) existing.sets = undefined;
      return existing.plugin as InstanceType<C>;
    });
  }

  /**
   * Installs those plugins of a set that are not there yet; those that are stay as they are, with their options. For a plugin that
   * stands for several: `this.own(xmpp.useAll([Ping, [SoftwareVersion, { name: 'Example' }]]))`.
   * @returns what removes those again that were installed for the set, unless something else needs them, another set has them too,
   *   or the application has asked for them by name.
   * @throws what `use()` throws for one of them; then none of them was installed.
   */
  useAll<const T extends readonly PluginPart[]>(parts: T & WellChosen<T>): Registration {
    const outer = this.#set;
    const set = {};
    this.#set = set;
    try {
      return this.#completely(() => {
        for (const part of parts) this.#choose(set, ...(typeof part === 'function' ? ([part] as const) : part));
        return this.#host.registered(new Registration(() => this.#release(set)));
      });
    } finally {
      this.#set = outer;
    }
  }

  #choose(set: object, cls: PluginClass, options?: object): void {
    assertPlugin(cls);
    const existing = this.#found(cls);
    if (!existing) {
      this.#install(cls, options ?? {});
      return;
    }
    existing.sets?.add(set);
    this.#needed(cls);
  }

  /** @throws PluginError (`ERR_PLUGIN_MISSING`) where it is not installed. */
  get<P extends Plugin>(cls: Token<P>): P {
    const found = this.#found(cls);
    if (!found) throw missing(cls);
    return found.plugin as P;
  }

  /** The instance, or undefined where it is not installed. */
  find<P extends Plugin>(cls: Token<P>): P | undefined {
    return this.#found(cls)?.plugin as P | undefined;
  }

  /**
   * Calls back with a plugin that is not needed: now where it is installed, else when it is, and again when it is after it was
   * removed. What the callback returns is undone when that plugin is removed, or with what comes back from here. A callback that
   * throws is reported.
   */
  whenInstalled<P extends Plugin>(other: Token<P>, callback: WhileInstalled<P>): Registration {
    return this.#host.registered(this.#watchers.add(other, callback));
  }

  /**
   * Undoes everything that the plugin registered, last first. False where it was not installed.
   * @throws PluginError (`ERR_PLUGIN_IN_USE`) while another plugin needs it; AggregateError where an undo step failed, after
   *   all of them were made.
   */
  remove(cls: PluginClass): boolean {
    const found = this.#installed.get(cls);
    if (!found) return false;
    const users = this.#usersOf(cls);
    if (users.length > 0) throw inUse(cls, users);
    this.#forget(cls);
    this.#dispose(cls, found, removed(cls));
    return true;
  }

  /** Removes all, last installed first; failures are reported, none stops it. */
  removeAll(): void {
    this.#rollBack(new Set(), removed);
  }

  /** Removes all, and takes no more of them. */
  close(): void {
    this.#closed = true;
    this.#rollBack(new Set(), disposed);
  }

  #found(cls: Token<unknown>): Installed | undefined {
    return this.#installed.get(this.#providers.get(cls) ?? (cls as PluginClass));
  }

  #usersOf(cls: PluginClass): string[] {
    return [...this.#installed].filter(([, other]) => other.needs.has(cls)).map(([user]) => nameOf(user));
  }

  #forget(cls: PluginClass): void {
    this.#installed.delete(cls);
    this.#options.delete(cls);
    for (const token of cls.provides) if (this.#providers.get(token) === cls) this.#providers.delete(token);
  }

  #dispose(cls: PluginClass, { plugin }: Installed, reason: Error): void {
    this.#watchers.removing(plugin);
    this.#hooks.remove(cls, reason);
    plugin.disposeOwned(reason);
  }

  /** Removes what is there for this set alone, last installed first. */
  #release(set: object): void {
    for (const [cls, { sets }] of [...this.#installed].reverse()) {
      if (!sets?.delete(set) || sets.size > 0 || this.#usersOf(cls).length > 0) continue;
      this.#discard(cls, removed(cls));
    }
  }

  #rollBack(before: ReadonlySet<PluginClass>, reason: (cls: PluginClass) => Error): void {
    const added = [...this.#installed.keys()].filter((cls) => !before.has(cls)).reverse();
    for (const cls of added) this.#discard(cls, reason(cls));
  }

  #discard(cls: PluginClass, reason: Error): void {
    const found = this.#installed.get(cls);
    if (!found) return;
    this.#forget(cls);
    try {
      this.#dispose(cls, found, reason);
    } catch (error) {
      this.#host.reportError(error, `removing plugin ${nameOf(cls)}`);
    }
  }

  /** Installs all of it or nothing. Others hear of it once it is complete. */
  #completely<T>(install: () => T): T {
    if (this.#closed) throw disposed();
    const before = new Set(this.#installed.keys());
    this.#depth += 1;
    try {
      return install();
    } catch (error) {
      this.#rollBack(before, (added) => notInstalled(added, error));
      throw error;
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) {
        this.#watchers.installed();
        this.#hooks.join();
      }
    }
  }

  #install(cls: PluginClass, options: object): Plugin {
    const path = this.#path.map((installing) => installing.cls);
    if (path.includes(cls)) throw circle(path, cls);
    assertId(cls);
    assertKind(cls, this.#host.kind());
    this.#assertAlone(cls);
    const wanted = tokensOf(cls);
    const given = withDefaults(cls, options);
    const needs = new Set<PluginClass>();
    this.#path.push({ cls, needs });
    this.#options.set(cls, given);
    try {
      for (const token of wanted) if (token !== cls.Options) this.#need(cls, token);
      if (cls.Options !== NoOptions) this.#provide(cls.Options, () => this.#optionsOf(cls.Options));
      const plugin = this.#host.constructing(cls, () => {
        const values = wanted.map((token) => (token === cls.Options ? given : this.#scope.resolve(token as never)));
        return new cls(...(values as never[]));
      });
      this.#installed.set(cls, { plugin, needs, sets: this.#set && new Set([this.#set]) });
      this.#hooks.add(cls, plugin, needs);
      for (const token of cls.provides) this.#providers.set(token, cls);
      for (const token of [cls, ...cls.provides]) this.#provide(token, () => this.get(token as Token<Plugin>));
    } catch (error) {
      this.#options.delete(cls);
      throw error;
    } finally {
      this.#path.pop();
    }
    this.#needed(cls);
    return this.get(cls);
  }

  #assertAlone(cls: PluginClass): void {
    const others = [...this.#installed.keys(), ...this.#path.map((installing) => installing.cls)];
    if (others.some((other) => other.id === cls.id)) throw duplicate(cls);
    for (const token of cls.provides) {
      const other = this.#providers.get(token);
      const given = !this.#registered.has(token) && this.#scope.isRegistered(token as never, true);
      if (other || given) throw conflict(cls, token, other);
    }
  }

  #assertSame(cls: PluginClass, options: object): void {
    const installed = this.#providers.get(cls) ?? cls;
    // An option that it does not have is wrong whatever it was installed with.
    withDefaults(installed, options);
    if (!sameOptions(this.#options.get(installed) ?? {}, options)) throw otherOptions(cls);
  }

  /** Also one that another installs in its constructor is needed by that. */
  #needed(cls: PluginClass): void {
    this.#path.at(-1)?.needs.add(this.#providers.get(cls) ?? cls);
  }

  #need(cls: PluginClass, token: Token<unknown>): void {
    if (this.#found(token)) this.#needed(token as PluginClass);
    // An abstract class of plugins has no id: somebody has to provide it.
    else if (isPluginClass(token) && token.id) this.#install(token, {});
    else if (this.#registered.has(token) || !this.#scope.isRegistered(token as never, true))
      throw lacking(cls, token, this.#host.kind());
  }

  #optionsOf(token: Token<unknown>): object {
    for (const [cls, options] of this.#options) if (cls.Options === token) return options;
    throw new PluginError('ERR_PLUGIN_MISSING', `no plugin with ${token.name} is installed`, token.name);
  }

  // tsyringe cannot unregister: what it finds is looked up here each time, so that a removed plugin is gone.
  #provide(token: Token<unknown>, find: () => unknown): void {
    if (this.#registered.has(token)) return;
    this.#registered.add(token);
    this.#scope.register(token as never, { useFactory: find as never });
  }
}
