import type { TransportFactory } from '@sestina/core';

/** A page has no TCP. In the place of `transports.ts` where a bundler builds for browsers, so that no byte of Node code comes along. */
export function defaultTransports(): TransportFactory[] {
  return [];
}
