import type { Clock, Random, TransportFactory } from '@sestina/core';

/** A page has no TCP: pass the transports of @sestina/websocket, or others. */
export function defaultTransports(_services: { clock: Clock; random: Random }): TransportFactory[] {
  return [];
}
