import type { ClientXMPP } from '@sestina/client';
import { Plugin } from '@sestina/core';

/** What `use()` takes. */
export type PluginClass = Parameters<ClientXMPP['use']>[0];

/** Every plugin of these packages. */
export async function loadPlugins(packages: readonly string[]): Promise<PluginClass[]> {
  const classes: PluginClass[] = [];
  for (const name of packages) {
    const exported: Record<string, unknown> = await import(name);
    for (const value of Object.values(exported)) {
      if (typeof value !== 'function' || !(value.prototype instanceof Plugin)) continue;
      // What others extend has none.
      if (Object.hasOwn(value, 'id')) classes.push(value as PluginClass);
    }
  }
  return classes;
}
