import { cpuTime, finish } from './lib/sample.js';

const start = cpuTime();
const { loadStanza, scriptedStanza } = await import('./lib/stanza.js');
const stanza = loadStanza();
const imported = cpuTime();
await scriptedStanza(stanza);
const connected = cpuTime();
finish({ import: imported - start, connect: connected - imported, total: connected });
