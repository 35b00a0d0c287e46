import type { Clock, Random, TransportFactory } from '@sestina/core';
import { TcpTransportFactory } from '@sestina/tcp';

/** The transports of this platform, where the application names none. */
export function defaultTransports(services: { clock: Clock; random: Random }): TransportFactory[] {
  return [new TcpTransportFactory(services)];
}
