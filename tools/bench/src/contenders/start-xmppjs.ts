import { importPeer } from './lib/peers.js';
import { cpuTime, finish } from './lib/sample.js';

const start = cpuTime();
await importPeer('@xmpp/client');
const { scriptedXmppJs } = await import('./lib/xmppjs.js');
const imported = cpuTime();
const xmpp = await scriptedXmppJs();
await xmpp.start();
const connected = cpuTime();
finish({ import: imported - start, connect: connected - imported, total: connected });
