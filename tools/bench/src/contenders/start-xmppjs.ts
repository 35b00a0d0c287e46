import { importPeer } from './lib/peers.js';
import { finish } from './lib/sample.js';

const start = performance.now();
await importPeer('@xmpp/client');
const { scriptedXmppJs } = await import('./lib/xmppjs.js');
const imported = performance.now();
const xmpp = await scriptedXmppJs();
await xmpp.start();
const connected = performance.now();
finish({ import: imported - start, connect: connected - imported, total: connected });
