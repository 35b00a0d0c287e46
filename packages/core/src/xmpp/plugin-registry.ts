import { type DependencyContainer, type Token, wantedBy } from '../di/index.js';
import { SestinaError } from '../errors.js';
import { disposeAll } from '../registration.js';
import { Plugin, type PluginClass, type PluginOptions } from './plugin.js';

/** What is wrong with a plugin, or with how it is used. */
export type PluginErrorCode =
  | 'ERR_PLUGIN_CYCLE'
  | 'ERR_PLUGIN_IN_USE'
  | 'ERR_PLUGIN_MISSING'
  | 'ERR_PLUGIN_OPTIONS'
  | 'ERR_PLUGIN_WIRING';

/** A plugin cannot be installed, found or removed. */
export class PluginError extends SestinaError {
  constructor(
    readonly code: PluginErrorCode,
    message: string,
    /** The id of the plugin, `xep-0199`. */
    readonly plugin: string,
  ) {
    super(message);
  }
}

interface Installed {
  readonly plugin: Plugin;
  readonly needs: readonly PluginClass[];
  readonly options: object;
}

/** What a registry reports and asks of its connection. */
export interface RegistryHost {
  /** Runs `construct` and undoes what it registered where it throws. */
  constructing<T>(construct: () => T): T;
  reportError(error: unknown, where: string): void;
  readonly online: boolean;
}

/** The plugins of one connection, in the order in which they were installed. */
export class PluginRegistry implements Iterable<Plugin> {
  readonly #installed = new Map<PluginClass, Installed>();
  readonly #registered = new Set<Token<unknown>>();
  readonly #scope: DependencyContainer;
  readonly #host: RegistryHost;

  constructor(scope: DependencyContainer, host: RegistryHost) {
    this.#scope = scope;
    this.#host = host;
  }

  *[Symbol.iterator](): IterableIterator<Plugin> {
    for (const { plugin } of [...this.#installed.values()]) yield plugin;
  }

  /** The ids of what is installed, in order. */
  get ids(): string[] {
    return [...this.#installed.keys()].map((cls) => cls.id);
  }

  has(cls: PluginClass): boolean {
    return this.#installed.has(cls);
  }

  /**
   * Installs a plugin, before it those that it needs. A second call gives the same instance.
   * @throws PluginError where something it needs is missing, where plugins need each other in a circle, for an option that
   *   it does not have, or for options to a plugin that is installed already.
   */
  use<C extends PluginClass>(cls: C, options?: PluginOptions<C>): InstanceType<C> {
    const existing = this.#installed.get(cls);
    if (existing) {
      if (options && !sameOptions(existing.options, options)) {
        throw new PluginError(
          'ERR_PLUGIN_OPTIONS',
          `${cls.id} is installed with other options: call use() with options first`,
          cls.id,
        );
      }
      return existing.plugin as InstanceType<C>;
    }
    return this.#install(cls, options ?? {}, []) as InstanceType<C>;
  }

  /** @throws PluginError (`ERR_PLUGIN_MISSING`) where it is not installed. */
  get<P extends Plugin>(cls: PluginClass<P>): P {
    const found = this.#installed.get(cls);
    if (!found) {
      throw new PluginError('ERR_PLUGIN_MISSING', `${cls.id} is not installed: call use(${cls.name}) first`, cls.id);
    }
    return found.plugin as P;
  }

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
    const users = [...this.#installed].filter(([, other]) => other.needs.includes(cls)).map(([user]) => user.id);
    if (users.length > 0) {
      throw new PluginError(
        'ERR_PLUGIN_IN_USE',
        `${cls.id} is needed by ${users.join(', ')}: remove that first`,
        cls.id,
      );
    }
    this.#installed.delete(cls);
    found.plugin.disposeOwned();
    return true;
  }

  /** Removes all, last installed first; failures are reported, none stops it. */
  removeAll(): void {
    const all = [...this.#installed.values()].map(({ plugin }) => ({ dispose: () => plugin.disposeOwned() }));
    this.#installed.clear();
    try {
      disposeAll(all);
    } catch (error) {
      this.#host.reportError(error, 'removing plugins');
    }
  }

  /** Calls a life-cycle hook of every plugin; one that fails is reported with its name. */
  notify(hook: (plugin: Plugin) => unknown): void {
    for (const [cls, { plugin }] of [...this.#installed]) this.#call(cls, () => hook(plugin));
  }

  #call(cls: PluginClass, call: () => unknown): void {
    const failed = (error: unknown): void => this.#host.reportError(error, `plugin ${cls.id}`);
    try {
      void Promise.resolve(call()).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #install(cls: PluginClass, options: object, path: readonly PluginClass[]): Plugin {
    if (path.includes(cls)) {
      const circle = [...path, cls].map((other) => other.id).join(' -> ');
      throw new PluginError('ERR_PLUGIN_CYCLE', `plugins need each other in a circle: ${circle}`, cls.id);
    }
    const wanted = this.#wantedBy(cls);
    const given = this.#options(cls, options);
    const needs: PluginClass[] = [];
    for (const token of wanted) {
      if (token === cls.Options) continue;
      if (isPluginClass(token)) {
        needs.push(token);
        if (!this.#installed.has(token)) this.#install(token, {}, [...path, cls]);
      } else if (!this.#scope.isRegistered(token as never, true)) {
        throw new PluginError(
          'ERR_PLUGIN_MISSING',
          `${cls.id} needs ${token.name}, which this connection does not provide`,
          cls.id,
        );
      }
    }
    this.#provide(cls.Options, () => this.#installed.get(cls)?.options ?? given);
    const plugin = this.#host.constructing(() => {
      const values = wanted.map((token) => (token === cls.Options ? given : this.#scope.resolve(token as never)));
      return new cls(...(values as never[]));
    });
    this.#installed.set(cls, { plugin, needs, options: given });
    this.#provide(cls, () => this.get(cls));
    if (this.#host.online) this.#call(cls, () => plugin.sessionStart?.());
    return plugin;
  }

  #wantedBy(cls: PluginClass): Token<unknown>[] {
    const wanted = wantedBy(cls) ?? [];
    const complete = wanted.filter((token) => token !== undefined);
    if (complete.length < Math.max(cls.length, wanted.length)) {
      throw new PluginError(
        'ERR_PLUGIN_WIRING',
        `${cls.id}: every constructor parameter of ${cls.name} needs an @inject(…) of its own, also in a subclass`,
        cls.id,
      );
    }
    if (!wantedBy(cls) && Object.getPrototypeOf(cls) !== Plugin) {
      throw new PluginError(
        'ERR_PLUGIN_WIRING',
        `${cls.id}: ${cls.name} extends another plugin and needs a constructor of its own`,
        cls.id,
      );
    }
    return complete;
  }

  #options(cls: PluginClass, given: object): object {
    const options = new cls.Options();
    for (const [key, value] of Object.entries(given)) {
      if (!(key in options)) {
        const known = Object.keys(options).join(', ') || 'none';
        throw new PluginError('ERR_PLUGIN_OPTIONS', `${cls.id} has no option "${key}"; it has: ${known}`, cls.id);
      }
      if (value !== undefined) (options as Record<string, unknown>)[key] = value;
    }
    return options;
  }

  // tsyringe cannot unregister: what it finds is looked up here each time, so that a removed plugin is gone.
  #provide(token: Token<unknown>, find: () => unknown): void {
    if (this.#registered.has(token)) return;
    this.#registered.add(token);
    this.#scope.register(token as never, { useFactory: find as never });
  }
}

function isPluginClass(token: Token<unknown>): token is Token<unknown> & PluginClass {
  return token.prototype instanceof Plugin;
}

function sameOptions(installed: object, given: object): boolean {
  const values = installed as Record<string, unknown>;
  return Object.entries(given).every(([key, value]) => value === undefined || values[key] === value);
}
