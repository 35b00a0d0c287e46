/** The server's half of SCRAM and PLAIN: what an in-memory server for tests needs, and no more. */
export { constantTimeEqual, utf8 } from '../bytes.js';
export type { ScramHash } from '../scram/crypto.js';
export { PlainServer } from './plain-server.js';
export type { SaslLookup, SaslServerResult } from './result.js';
export { ScramServer, type ScramServerOptions } from './scram-server.js';
