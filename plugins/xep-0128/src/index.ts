/** XEP-0128: Service Discovery Extensions, version 1.0.1. */
export { DiscoveryExtensions } from './discovery-extensions.js';
export { extension } from './extension.js';
