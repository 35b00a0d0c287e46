/** XEP-0030: Service Discovery, version 2.5.0. */
export { TooManyItemsError } from './errors.js';
export { fits, MAX_CACHED, MAX_CACHED_SIZE, MAX_CACHED_TOTAL, sizeOf } from './info-cache.js';
export {
  type FindOptions,
  type InfoOptions,
  type ItemsOptions,
  type Service,
  ServiceDiscoveryOptions,
  type ServiceQuery,
} from './options.js';
export {
  type DiscoRequest,
  type IdentityInit,
  type InfoHandler,
  type ItemInit,
  type ItemsHandler,
  ownDiscoInfo,
  ownDiscoItems,
} from './own-info.js';
export { type InfoLookup, ServiceDiscovery } from './service-discovery.js';
export { DiscoInfo, DiscoItem, DiscoItems, Identity, NS_DISCO_INFO, NS_DISCO_ITEMS } from './stanza.js';
