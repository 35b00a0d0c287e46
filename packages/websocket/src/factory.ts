import { ConfigError } from '@sestina/core';
import { type Transport, TransportFactory, type TransportTarget } from '@sestina/core/transport';
import { FailedPlaces } from '@sestina/core/util';
import { checkTlsOptions, DISCOVERS } from '#websocket';
import { Addresses } from './open-connection.js';
import { type Settings, settingsOf, type WebSocketOptions } from './options.js';
import { serviceUrl } from './service.js';
import { WebSocketTransport } from './transport.js';

/**
 * Makes WebSocket transports (RFC 7395): for clients with a `service` of `wss://`, or `ws://` to this machine; and with `discover`
 * for those that name no service, host or port.
 */
export class WebSocketTransportFactory extends TransportFactory {
  readonly #settings: Settings;
  readonly #discover: boolean;
  readonly #failed: FailedPlaces;

  /** @throws ConfigError for a time or a size that is none. */
  constructor(options: WebSocketOptions = {}) {
    super();
    this.#settings = settingsOf(options);
    this.#failed = new FailedPlaces(this.#settings.clock);
    this.#discover = this.#settings.discover ?? DISCOVERS;
  }

  supports({ kind, service, host, port }: TransportTarget): boolean {
    if (kind !== 'client') return false;
    if (service !== undefined) return /^wss?:/i.test(service);
    return this.#discover && host === undefined && port === undefined;
  }

  /** @throws ConfigError for a service, domain or TLS option that cannot work. */
  create(target: TransportTarget): Transport {
    if (!this.supports(target)) {
      throw new ConfigError("a WebSocket needs the service option: 'wss://host/path'", 'service');
    }
    const { service, domain, tls } = target;
    checkTlsOptions(tls);
    const url = service === undefined ? undefined : serviceUrl(service, this.#settings.allowInsecure);
    const init = { url, domain, tls, settings: this.#settings };
    return new WebSocketTransport(init, new Addresses(init, this.#failed));
  }
}
