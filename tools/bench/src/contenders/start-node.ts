import { finish } from './lib/sample.js';

const start = performance.now();
await Promise.all([import('node:net'), import('node:tls'), import('node:dns'), import('node:crypto')]);
const imported = performance.now();
finish({ import: imported - start, total: imported });
