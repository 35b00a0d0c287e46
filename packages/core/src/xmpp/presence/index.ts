export * from './roster.js';
export * from './roster-item.js';
export type * from './roster-keeper.js';
export * from './roster-node.js';
