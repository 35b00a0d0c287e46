import type { TransportFactory } from '@sestina/core/transport';
import type { PlatformServices } from './platform-services.js';

export type { PlatformServices } from './platform-services.js';

/** A page has no TCP. In the place of `transports.ts` where a bundler builds for browsers, so that no byte of Node code comes along. */
export function defaultTransports(_services: PlatformServices): TransportFactory[] {
  return [];
}
