export * from './roster.js';
export * from './roster-item.js';
export * from './roster-node.js';
