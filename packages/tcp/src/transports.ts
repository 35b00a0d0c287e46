import { type Clock, type DependencyContainer, lookUp, type Random, type TransportFactory } from '@sestina/core';
import { TcpTransportFactory } from './factory.js';
import { Resolver } from './resolver.js';

/** What the transports of a connection take from it. */
export interface PlatformServices {
  readonly clock: Clock;
  readonly random: Random;
  /** Where a `Resolver` may be registered. */
  readonly scope: DependencyContainer;
}

/** The transports that a connection has on this platform where the application names none. */
export function defaultTransports({ clock, random, scope }: PlatformServices): TransportFactory[] {
  return [new TcpTransportFactory({ clock, random, resolver: lookUp(scope, Resolver) })];
}
