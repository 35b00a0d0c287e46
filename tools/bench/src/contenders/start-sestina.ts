import { config, cpuTime, finish } from './lib/sample.js';

interface StartConfig {
  /** Packages of which every plugin is installed. */
  readonly plugins: readonly string[];
}

const { plugins } = config<StartConfig>();

const start = cpuTime();
const { scriptedClient } = await import('./lib/sestina.js');
const { loadPlugins } = await import('./lib/plugins.js');
const classes = await loadPlugins(plugins);
const imported = cpuTime();
const { xmpp } = scriptedClient();
for (const cls of classes) xmpp.use(cls);
await xmpp.connect();
const connected = cpuTime();
finish({ import: imported - start, connect: connected - imported, total: connected }, { plugins: classes.length });
