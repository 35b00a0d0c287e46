/** Where a message keeps its context, once there is one. */
export const CONTEXT: unique symbol = Symbol('context');
