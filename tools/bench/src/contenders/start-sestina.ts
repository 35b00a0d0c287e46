import { config, finish } from './lib/sample.js';

interface StartConfig {
  /** Packages of which every plugin is installed. */
  readonly plugins: readonly string[];
}

type PluginClass = Parameters<import('@sestina/client').ClientXMPP['use']>[0];

const { plugins } = config<StartConfig>();

const start = performance.now();
const { scriptedClient } = await import('./lib/sestina.js');
const { Plugin } = await import('@sestina/core');
const classes: PluginClass[] = [];
for (const name of plugins) {
  const exported: Record<string, unknown> = await import(name);
  for (const value of Object.values(exported)) {
    if (typeof value === 'function' && value.prototype instanceof Plugin) classes.push(value as PluginClass);
  }
}
const imported = performance.now();
const { xmpp } = scriptedClient();
for (const cls of classes) xmpp.use(cls);
await xmpp.connect();
const connected = performance.now();
finish({ import: imported - start, connect: connected - imported, total: connected }, { plugins: classes.length });
