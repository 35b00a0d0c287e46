import { type Transport, TransportFactory, type TransportTarget } from '@sestina/core/transport';
import { destinationOf } from './endpoints.js';
import { type Settings, settingsOf, type TcpOptions } from './options.js';
import { TcpTransport } from './tcp-transport.js';
import { tlsSettings } from './tls-options.js';

/** Makes TCP transports: for targets without a `service`, and with one of `xmpp://` (STARTTLS) or `xmpps://` (direct TLS). */
export class TcpTransportFactory extends TransportFactory {
  readonly #settings: Settings;

  /** @throws ConfigError for a timeout that is none. */
  constructor(options: TcpOptions = {}) {
    super();
    this.#settings = settingsOf(options);
  }

  supports(target: TransportTarget): boolean {
    return target.service === undefined || /^xmpps?:/i.test(target.service);
  }

  /** @throws ConfigError for a host, port, service or TLS option that cannot work. */
  create(target: TransportTarget): Transport {
    const startTls = target.kind === 'client';
    return new TcpTransport({
      destination: destinationOf(target),
      tls: tlsSettings(target.domain, startTls ? target.tls : undefined),
      startTls,
      settings: this.#settings,
    });
  }
}
