import { LazySet } from '@sestina/xml';
import type { Token } from '../../di/index.js';
import { Registration } from '../../registration.js';
import type { Plugin } from './plugin.js';
import { nameOfToken } from './plugin-failures.js';

/** What is done for as long as a plugin is installed; undone by what it returns. */
// biome-ignore lint/suspicious/noConfusingVoidType: where there is nothing to undo, it returns nothing
export type WhileInstalled<P extends Plugin> = (plugin: P) => Registration | void;

interface Watcher {
  readonly token: Token<unknown>;
  readonly callback: WhileInstalled<never>;
  /** For which plugin it was done. */
  plugin: Plugin | undefined;
  undo: Registration | undefined;
}

/** Those who wait for plugins that they do not need. */
export class InstalledWatchers {
  readonly #watchers = new LazySet<Watcher>();
  readonly #find: (token: Token<unknown>) => Plugin | undefined;
  readonly #report: (error: unknown, where: string) => void;

  constructor(find: (token: Token<unknown>) => Plugin | undefined, report: (error: unknown, where: string) => void) {
    this.#find = find;
    this.#report = report;
  }

  add<P extends Plugin>(token: Token<P>, callback: WhileInstalled<P>): Registration {
    const watcher: Watcher = { token, callback, plugin: undefined, undo: undefined };
    this.#watchers.add(watcher);
    const registration = new Registration(() => {
      this.#watchers.delete(watcher);
      this.#undo(watcher);
    });
    this.#look(watcher);
    return registration;
  }

  /** Plugins were installed. */
  installed(): void {
    for (const watcher of [...this.#watchers]) if (this.#watchers.has(watcher)) this.#look(watcher);
  }

  /** A plugin is about to be removed. */
  removing(plugin: Plugin): void {
    for (const watcher of [...this.#watchers].reverse()) if (watcher.plugin === plugin) this.#undo(watcher);
  }

  #look(watcher: Watcher): void {
    const { token, callback } = watcher;
    const plugin = this.#find(token);
    if (!plugin || watcher.plugin === plugin) return;
    watcher.plugin = plugin;
    this.#guarded(watcher, () => {
      const undo = callback(plugin as never) ?? undefined;
      // What is called may have removed the one or the other.
      if (this.#watchers.has(watcher) && watcher.plugin === plugin) watcher.undo = undo;
      else undo?.dispose();
    });
  }

  #undo(watcher: Watcher): void {
    const { undo } = watcher;
    watcher.undo = undefined;
    watcher.plugin = undefined;
    this.#guarded(watcher, () => undo?.dispose());
  }

  #guarded({ token }: Watcher, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#report(error, `whenInstalled(${nameOfToken(token)})`);
    }
  }
}
