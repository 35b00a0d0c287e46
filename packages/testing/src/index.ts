export * from './check-jid.js';
export * from './faulty-storage.js';
export * from './scripted-stream.js';
export * from './seeded-random.js';
export * from './server/index.js';
export * from './transport/index.js';
export * from './virtual-clock.js';
export * from './xml/index.js';
