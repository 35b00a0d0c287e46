import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Plugin, type PluginClass } from '@sestina/core';
import type { PluginDeclaration } from '@sestina/testing/laws';

const PLUGINS = fileURLToPath(new URL('../../plugins', import.meta.url));

/** A class of plugins that a package exports, and what its package declares of it. */
export interface FoundPlugin {
  readonly folder: string;
  readonly plugin: PluginClass;
  readonly declaration: PluginDeclaration<PluginClass> | undefined;
}

/** The folders under plugins/: each is a package. */
export function pluginFolders(): string[] {
  return readdirSync(PLUGINS)
    .filter((folder) => existsSync(join(PLUGINS, folder, 'package.json')))
    .sort();
}

/**
 * Every class of plugins that a package exports, and those of its subpaths that it declares laws for; a package may be nothing but elements
 * and functions, and has none then.
 */
export async function pluginsOf(folder: string): Promise<FoundPlugin[]> {
  const exported: Record<string, unknown> = await load(join(PLUGINS, folder, 'src/index.ts'));
  const declared = await declarationsOf(folder);
  const classes = new Set([...Object.values(exported).filter(isPluginClass), ...declared.map(({ plugin }) => plugin)]);
  return [...classes].map((plugin) => ({
    folder,
    plugin,
    declaration: declared.find((one) => one.plugin === plugin)?.declaration,
  }));
}

interface Declared {
  readonly plugin: PluginClass;
  readonly declaration: PluginDeclaration<PluginClass>;
}

/** `laws` of test/laws.ts, which a package has where there is something to declare. */
async function declarationsOf(folder: string): Promise<readonly Declared[]> {
  const path = join(PLUGINS, folder, 'test/laws.ts');
  if (!existsSync(path)) return [];
  const { laws } = await load<{ laws?: readonly Declared[] }>(path);
  if (!Array.isArray(laws)) throw new Error(`plugins/${folder}/test/laws.ts exports no list of laws`);
  return laws;
}

async function load<T>(path: string): Promise<T> {
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as T;
}

/** An abstract class of plugins has no id, and somebody else does the work. */
function isPluginClass(value: unknown): value is PluginClass {
  return (
    typeof value === 'function' && value.prototype instanceof Plugin && (value as unknown as PluginClass).id !== ''
  );
}
