/** HTTP by `node:http` and `node:https`. */
export { NodeHttpClient, type NodeHttpOptions } from './node-http-client.js';
