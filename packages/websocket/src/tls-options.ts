import { ConfigError } from '@sestina/core';

/** @throws ConfigError for TLS options that would weaken the check of the server. */
export function checkTlsOptions(tls: Readonly<Record<string, unknown>> = {}): void {
  for (const option of ['servername', 'secureProtocol', 'pskCallback']) {
    if (tls[option] !== undefined) throw new ConfigError(`tls.${option} cannot be used here`, `tls.${option}`);
  }
  for (const option of ['minVersion', 'maxVersion']) {
    if (['SSLv3', 'TLSv1', 'TLSv1.1'].includes(String(tls[option]))) {
      throw new ConfigError(`TLS before 1.2 is not safe: leave tls.${option} out`, `tls.${option}`);
    }
  }
}
