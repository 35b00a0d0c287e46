import { type Transport, TransportFactory, type TransportTarget } from '@sestina/core/transport';
import { FailedPlaces } from '@sestina/core/util';
import { destinationOf } from './endpoints.js';
import { Opener } from './opener.js';
import { type Settings, settingsOf, type TcpOptions } from './options.js';
import { TcpTransport } from './tcp-transport.js';
import { tlsSettings } from './tls-options.js';

/** Makes TCP transports: for targets without a `service`, and with one of `xmpp://` (STARTTLS) or `xmpps://` (direct TLS). */
export class TcpTransportFactory extends TransportFactory {
  readonly #settings: Settings;
  readonly #failed: FailedPlaces;

  /** @throws ConfigError for a timeout that is none. */
  constructor(options: TcpOptions = {}) {
    super();
    this.#settings = settingsOf(options);
    this.#failed = new FailedPlaces(this.#settings.clock);
  }

  supports(target: TransportTarget): boolean {
    return target.service === undefined || /^xmpps?:/i.test(target.service);
  }

  /** @throws ConfigError for a host, port, service or TLS option that cannot work. */
  create(target: TransportTarget): Transport {
    const startTls = target.kind === 'client';
    const settings = this.#settings;
    const tls = tlsSettings(target.domain, startTls ? target.tls : undefined);
    const opener = new Opener(destinationOf(target), tls, settings, this.#failed);
    return new TcpTransport({ opener, tls, startTls, settings });
  }
}
