import type { Clock } from '@sestina/core';
import type { TransportFactory, TransportTarget } from '@sestina/core/transport';
import { defaultTransports, type PlatformServices } from '@sestina/tcp/transports';
import { notLoaded, PASS_WEBSOCKET, unreachable } from './transport-errors.js';

/** Finds what can reach a target: among the transports that the application gives, or among those that are installed. */
export class InstalledTransports {
  readonly #given: readonly TransportFactory[];
  readonly #clock: Clock | undefined;
  #webSocket: TransportFactory | undefined;

  private constructor(given: readonly TransportFactory[], clock?: Clock) {
    this.#given = given;
    this.#clock = clock;
  }

  /** These and no others. */
  static only(given: readonly TransportFactory[]): InstalledTransports {
    return new InstalledTransports(given);
  }

  /** TCP on Node.js, and WebSocket where `@sestina/websocket` is installed; that is loaded when it is needed first. */
  static ofPlatform(services: PlatformServices): InstalledTransports {
    return new InstalledTransports(defaultTransports(services), services.clock);
  }

  /** @throws ConfigError where nothing reaches it; ConnectError where what does could not be loaded just now. */
  find(target: TransportTarget): TransportFactory | Promise<TransportFactory> {
    const factory = this.#given.find((candidate) => candidate.supports(target));
    if (factory) return factory;
    // Without any there is no TCP either: that is a page.
    const needsWebSocket = this.#given.length === 0 || /^wss?:/i.test(target.service ?? '');
    if (!this.#clock || !needsWebSocket)
      throw unreachable(target, needsWebSocket ? PASS_WEBSOCKET : 'pass one in transports');
    return this.#loadWebSocket(this.#clock, target);
  }

  async #loadWebSocket(clock: Clock, target: TransportTarget): Promise<TransportFactory> {
    // Bundlers take an import() that they cannot resolve for an error, except in a try: the package is optional.
    try {
      this.#webSocket ??= new (await import('@sestina/websocket')).WebSocketTransportFactory({ clock });
    } catch (cause) {
      throw notLoaded(target, cause);
    }
    if (!this.#webSocket.supports(target)) throw unreachable(target, "give a service: 'wss://host/path'");
    return this.#webSocket;
  }
}
