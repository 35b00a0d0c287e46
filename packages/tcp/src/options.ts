import { type Clock, ConfigError, type Random, SystemClock, SystemRandom } from '@sestina/core';
import { type Dial, dialTcp } from './dial.js';
import type { Resolver } from './resolver.js';
import { SystemResolver } from './system-resolver.js';

/** What `TcpTransportFactory` may be told. */
export interface TcpOptions {
  /** Default: a `SystemResolver`. */
  readonly resolver?: Resolver | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Spreads the load over SRV targets of one priority. Default: the system's. */
  readonly random?: Random | undefined;
  /** Opens the connections instead of `net.connect`. Gets what `resolver.addresses` gave. */
  readonly dial?: Dial | undefined;
  /** Milliseconds for each address, each look-up and each TLS handshake. Default 10 000. */
  readonly connectTimeout?: number | undefined;
  /** Milliseconds for all of `connect()`. Default 60 000. */
  readonly totalTimeout?: number | undefined;
  /** Whether to look for `_xmpps-client` too (XEP-0368). Default true. */
  readonly directTls?: boolean | undefined;
}

/** The options with their defaults. */
export type Settings = { readonly [Name in keyof TcpOptions]-?: NonNullable<TcpOptions[Name]> };

/** @throws ConfigError for a time that is none. */
export function settingsOf(options: TcpOptions): Settings {
  return {
    resolver: options.resolver ?? new SystemResolver(),
    clock: options.clock ?? new SystemClock(),
    random: options.random ?? new SystemRandom(),
    dial: options.dial ?? dialTcp,
    connectTimeout: milliseconds(options.connectTimeout ?? 10_000, 'connectTimeout'),
    totalTimeout: milliseconds(options.totalTimeout ?? 60_000, 'totalTimeout'),
    directTls: options.directTls ?? true,
  };
}

function milliseconds(value: number, option: string): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new ConfigError(`${option} has to be a number of milliseconds above 0, not ${String(value)}`, option);
}
