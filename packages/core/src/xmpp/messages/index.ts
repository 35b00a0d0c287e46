export type { Messages } from './messages.js';
export * from './placement.js';
export type { Classify, Decorate, Describe, Unwrap, Unwrapped } from './steps.js';
export type { Transform, TransformOptions } from './transforms.js';
