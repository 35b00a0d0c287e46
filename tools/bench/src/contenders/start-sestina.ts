import { config, finish } from './lib/sample.js';

interface StartConfig {
  /** Packages of which every plugin is installed. */
  readonly plugins: readonly string[];
}

const { plugins } = config<StartConfig>();

const start = performance.now();
const { scriptedClient } = await import('./lib/sestina.js');
const { loadPlugins } = await import('./lib/plugins.js');
const classes = await loadPlugins(plugins);
const imported = performance.now();
const { xmpp } = scriptedClient();
for (const cls of classes) xmpp.use(cls);
await xmpp.connect();
const connected = performance.now();
finish({ import: imported - start, connect: connected - imported, total: connected }, { plugins: classes.length });
