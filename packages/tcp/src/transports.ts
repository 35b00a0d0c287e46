import { lookUp, type TransportFactory } from '@sestina/core/transport';
import { TcpTransportFactory } from './factory.js';
import type { PlatformServices } from './platform-services.js';
import { Resolver } from './resolver.js';

export type { PlatformServices } from './platform-services.js';

/** The transports that a connection has on this platform where the application names none. */
export function defaultTransports({ clock, random, scope }: PlatformServices): TransportFactory[] {
  return [new TcpTransportFactory({ clock, random, resolver: lookUp(scope, Resolver) })];
}
