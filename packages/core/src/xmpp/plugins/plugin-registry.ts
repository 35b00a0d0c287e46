import type { DependencyContainer, Token } from '../../di/index.js';
import { DisconnectedError } from '../../errors.js';
import { NoOptions, type Plugin, type PluginClass, type PluginOptions, type WellInjected } from './plugin.js';
import { PluginError } from './plugin-error.js';
import { assertId, assertPlugin, isPluginClass, nameOf, sameOptions, tokensOf, withDefaults } from './plugin-wiring.js';
import type { SessionHooks } from './session-hooks.js';

export { PluginError, type PluginErrorCode } from './plugin-error.js';

interface Installed {
  readonly plugin: Plugin;
  readonly needs: ReadonlySet<PluginClass>;
}

/** A plugin that is being installed, and what it turned out to need. */
interface Installing {
  readonly cls: PluginClass;
  readonly needs: Set<PluginClass>;
}

/** What a registry reports and asks of its connection. */
export interface RegistryHost {
  /** Runs `construct` for a plugin of that class, and undoes what it registered where it throws. */
  constructing<T>(owner: PluginClass, construct: () => T): T;
  reportError(error: unknown, where: string): void;
}

/** The plugins of one connection, in the order in which they were installed. */
export class PluginRegistry implements Iterable<Plugin> {
  readonly #installed = new Map<PluginClass, Installed>();
  readonly #options = new Map<PluginClass, object>();
  readonly #registered = new Set<Token<unknown>>();
  /** From the plugin that was asked for to the one that is constructed right now. */
  readonly #path: Installing[] = [];
  readonly #scope: DependencyContainer;
  readonly #host: RegistryHost;
  readonly #hooks: SessionHooks;
  #closed = false;

  constructor(scope: DependencyContainer, host: RegistryHost, hooks: SessionHooks) {
    this.#scope = scope;
    this.#host = host;
    this.#hooks = hooks;
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

  has(cls: PluginClass): boolean {
    return this.#installed.has(cls);
  }

  /**
   * Installs a plugin, before it those that it needs. A second call gives the same instance. Where it throws, nothing of
   * it stays installed.
   * @throws PluginError where something it needs is missing, where plugins need each other in a circle, for an option that
   *   it does not have, for other options to a plugin that is installed already, or where another class has its id;
   *   DisconnectedError after `dispose()`. What its constructor throws comes through.
   */
  use<C extends PluginClass>(cls: C & WellInjected<C>, options?: PluginOptions<C>): InstanceType<C> {
    assertPlugin(cls);
    if (this.#closed) {
      throw disposed();
    }
    const existing = this.#installed.get(cls);
    if (existing) {
      // An option that it does not have is wrong whatever it was installed with.
      if (options) withDefaults(cls, options);
      if (options && !sameOptions(this.#options.get(cls) ?? {}, options)) {
        throw new PluginError(
          'ERR_PLUGIN_OPTIONS',
          `${nameOf(cls)} is installed with other options: call use(${cls.name}, options) before anything that needs it`,
          nameOf(cls),
        );
      }
      this.#needed(cls);
      return existing.plugin as InstanceType<C>;
    }
    const before = new Set(this.#installed.keys());
    try {
      const plugin = this.#install(cls, options ?? {});
      this.#needed(cls);
      if (this.#path.length === 0) this.#hooks.join();
      return plugin as InstanceType<C>;
    } catch (error) {
      this.#rollBack(before, (added) => notInstalled(added, cls, error));
      throw error;
    }
  }

  /** @throws PluginError (`ERR_PLUGIN_MISSING`) where it is not installed. */
  get<P extends Plugin>(cls: PluginClass<P>): P {
    const found = this.#installed.get(cls);
    if (!found) throw missing(cls);
    return found.plugin as P;
  }

  /** The instance, or undefined where it is not installed. */
  find<P extends Plugin>(cls: PluginClass<P>): P | undefined {
    return this.#installed.get(cls)?.plugin as P | undefined;
  }

  /**
   * Undoes everything that the plugin registered, last first. False where it was not installed.
   * @throws PluginError (`ERR_PLUGIN_IN_USE`) while another plugin needs it; AggregateError where an undo step failed, after
   *   all of them were made.
   */
  remove(cls: PluginClass): boolean {
    const found = this.#installed.get(cls);
    if (!found) return false;
    const users = [...this.#installed].filter(([, other]) => other.needs.has(cls)).map(([user]) => nameOf(user));
    if (users.length > 0) {
      throw new PluginError(
        'ERR_PLUGIN_IN_USE',
        `${nameOf(cls)} is needed by ${users.join(', ')}: remove that first`,
        nameOf(cls),
      );
    }
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

  #forget(cls: PluginClass): void {
    this.#installed.delete(cls);
    this.#options.delete(cls);
  }

  #dispose(cls: PluginClass, { plugin }: Installed, reason: Error): void {
    this.#hooks.remove(cls, reason);
    plugin.disposeOwned(reason);
  }

  #rollBack(before: ReadonlySet<PluginClass>, reason: (cls: PluginClass) => Error): void {
    const added = [...this.#installed].filter(([cls]) => !before.has(cls)).reverse();
    for (const [cls, installed] of added) {
      this.#forget(cls);
      try {
        this.#dispose(cls, installed, reason(cls));
      } catch (error) {
        this.#host.reportError(error, `removing plugin ${nameOf(cls)}`);
      }
    }
  }

  #install(cls: PluginClass, options: object): Plugin {
    const path = this.#path.map((installing) => installing.cls);
    if (path.includes(cls)) {
      const circle = [...path.slice(path.indexOf(cls)), cls].map(nameOf).join(' -> ');
      throw new PluginError('ERR_PLUGIN_CYCLE', `plugins need each other in a circle: ${circle}`, nameOf(cls));
    }
    assertId(cls);
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
      this.#installed.set(cls, { plugin, needs });
      this.#hooks.add(cls, plugin, needs);
      this.#provide(cls, () => this.get(cls));
      return plugin;
    } catch (error) {
      this.#options.delete(cls);
      throw error;
    } finally {
      this.#path.pop();
    }
  }

  /** Two classes of one id are most often two copies of one package, each of which would answer. */
  #assertAlone(cls: PluginClass): void {
    const others = [...this.#installed.keys(), ...this.#path.map((installing) => installing.cls)];
    if (!others.some((other) => other.id === cls.id)) return;
    const command = /^xep-\d{4}$/.test(cls.id) ? `npm ls @sestina/${cls.id}` : 'npm ls, with the name of its package,';
    throw new PluginError(
      'ERR_PLUGIN_DUPLICATE',
      `another class ${cls.id} is installed already; ${command} shows whether its package is there twice`,
      cls.id,
    );
  }

  /** Also one that another installs in its constructor is needed by that. */
  #needed(cls: PluginClass): void {
    this.#path.at(-1)?.needs.add(cls);
  }

  #need(cls: PluginClass, token: Token<unknown>): void {
    if (isPluginClass(token)) {
      if (!this.#installed.has(token)) this.#install(token, {});
      this.#needed(token);
    } else if (!this.#scope.isRegistered(token as never, true)) {
      throw new PluginError(
        'ERR_PLUGIN_MISSING',
        `${nameOf(cls)} needs ${token.name}, which this connection does not provide`,
        nameOf(cls),
      );
    }
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

function missing(cls: PluginClass): PluginError {
  const message = `${nameOf(cls)} is not installed: call use(${cls.name}) first`;
  return new PluginError('ERR_PLUGIN_MISSING', message, nameOf(cls));
}

function removed(cls: PluginClass): PluginError {
  const message = `${nameOf(cls)} was removed: take what use() gives anew`;
  return new PluginError('ERR_PLUGIN_MISSING', message, nameOf(cls));
}

function notInstalled(cls: PluginClass, wanted: PluginClass, cause: unknown): PluginError {
  const message = `${nameOf(cls)} was not installed after all: ${nameOf(wanted)} could not be`;
  return new PluginError('ERR_PLUGIN_MISSING', message, nameOf(cls), { cause });
}

function disposed(): DisconnectedError {
  return new DisconnectedError('this connection object was disposed of: make another one', { retryable: false });
}
