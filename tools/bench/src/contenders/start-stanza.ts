import { finish } from './lib/sample.js';

const start = performance.now();
const { loadStanza, scriptedStanza } = await import('./lib/stanza.js');
const stanza = loadStanza();
const imported = performance.now();
await scriptedStanza(stanza);
const connected = performance.now();
finish({ import: imported - start, connect: connected - imported, total: connected });
