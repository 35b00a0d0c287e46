import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';
import { ConfigError } from '@sestina/core';
import { asciiDomain } from './domain.js';

/** The caller's TLS options, checked, for one XMPP domain. */
export interface TlsSettings {
  /** What the certificate has to prove: A-labels, or an IP address. */
  readonly domain: string;
  readonly options: ConnectionOptions;
  /** Undefined: Node's default, made when it is needed. */
  readonly secureContext: SecureContext | undefined;
}

const OLD: ReadonlySet<unknown> = new Set<unknown>(['SSLv3', 'TLSv1', 'TLSv1.1']);

/** @throws ConfigError for what would weaken the check of the server, and for certificates and keys that cannot be read. */
export function tlsSettings(domain: string, given: Readonly<Record<string, unknown>> | undefined): TlsSettings {
  const name = asciiDomain(domain, 'domain');
  const options = { ...given } as ConnectionOptions;
  const { servername } = options;
  if (servername !== undefined && asciiDomain(servername, 'tls.servername') !== name) {
    throw new ConfigError(
      `the certificate is always checked against ${domain}: leave tls.servername out`,
      'tls.servername',
    );
  }
  if (OLD.has(options.minVersion) || OLD.has(options.maxVersion)) {
    throw new ConfigError('TLS before 1.2 is not safe: leave tls.minVersion and tls.maxVersion out', 'tls.minVersion');
  }
  for (const option of ['secureProtocol', 'pskCallback'] as const) {
    if (options[option] !== undefined) throw new ConfigError(`tls.${option} cannot be used here`, `tls.${option}`);
  }
  return { domain: name, options, secureContext: given && secureContext(options) };
}

function secureContext(options: ConnectionOptions): SecureContext {
  try {
    return options.secureContext ?? createSecureContext({ ...options, minVersion: options.minVersion ?? 'TLSv1.2' });
  } catch (error) {
    throw new ConfigError(`Node cannot use the tls options: ${(error as Error).message}`, 'tls');
  }
}
