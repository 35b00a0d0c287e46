import type { Clock, Random, TransportFactory } from '@sestina/core';
import { TcpTransportFactory } from './factory.js';

/** The transports that a connection has on this platform where the application names none. */
export function defaultTransports(services: { clock: Clock; random: Random }): TransportFactory[] {
  return [new TcpTransportFactory(services)];
}
