/** XEP-0198: Stream Management, version 1.6.3. */
export * from './managed-session.js';
export * from './stream-management.js';
