import {
  type Clock,
  ConfigError,
  ConnectError,
  type Random,
  type TransportFactory,
  type TransportTarget,
} from '@sestina/core';
import { defaultTransports } from '@sestina/tcp/transports';

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
  static ofPlatform(services: { clock: Clock; random: Random }): InstalledTransports {
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
      if (isOfNetwork(cause)) throw new ConnectError(target.domain, [{ address: PACKAGE, error: cause }]);
      throw unreachable(target, `install ${PACKAGE}, or ${PASS_WEBSOCKET}`, { cause });
    }
    if (!this.#webSocket.supports(target)) throw unreachable(target, "give a service: 'wss://host/path'");
    return this.#webSocket;
  }
}

const PACKAGE = '@sestina/websocket';
const PASS_WEBSOCKET = `pass transports: new WebSocketTransportFactory() of ${PACKAGE}`;

// What browsers reject with where the file that a bundler made of the package does not come. Where there is none, they name it.
function isOfNetwork(error: unknown): error is TypeError {
  return error instanceof TypeError && !error.message.includes(PACKAGE);
}

function unreachable({ service, domain }: TransportTarget, way: string, options?: ErrorOptions): ConfigError {
  const wanted = service ? `"${service}"` : `the domain ${domain}`;
  return new ConfigError(`no transport is installed that reaches ${wanted}: ${way}`, 'transports', options);
}
