import { cpuTime, finish } from './lib/sample.js';

const start = cpuTime();
await Promise.all([import('node:net'), import('node:tls'), import('node:dns'), import('node:crypto')]);
const imported = cpuTime();
finish({ import: imported - start, total: imported });
