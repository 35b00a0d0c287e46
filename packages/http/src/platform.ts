export { NodeHttpClient as PlatformHttpClient } from './node/node-http-client.js';
