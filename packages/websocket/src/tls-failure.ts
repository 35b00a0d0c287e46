import { TlsError } from '@sestina/core';
import type { TlsErrorReason } from '@sestina/core/transport';

const CERTIFICATE: Readonly<Record<string, readonly [TlsErrorReason, string]>> = {
  CERT_HAS_EXPIRED: ['certificate-expired', 'the certificate has expired'],
  CERT_NOT_YET_VALID: ['certificate-not-yet-valid', 'the certificate is not valid yet'],
  CERT_REVOKED: ['certificate-revoked', 'the certificate was revoked'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['certificate-name', 'the certificate is for somebody else'],
};

// What else OpenSSL's verification comes to, as Node names it.
const UNTRUSTED = /^(?:CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|PATH_LENGTH_|UNABLE_TO_|ERROR_IN_)/;
// A record that is not TLS at all, or of no version in common.
const PROTOCOL = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|HTTPS?_|PACKET_LENGTH|.*PROTOCOL)/;

/** A failure of TLS with that host, typed; undefined for other errors. */
export function toTlsError(error: Error, host: string): TlsError | undefined {
  const code = String((error as { code?: unknown }).code ?? '');
  const known = CERTIFICATE[code];
  if (known) return new TlsError(host, known[0], known[1], { cause: error });
  if (UNTRUSTED.test(code)) {
    return new TlsError(host, 'certificate-untrusted', `the certificate cannot be verified (${code})`, {
      cause: error,
    });
  }
  if (PROTOCOL.test(code) || (code === 'EPROTO' && /wrong version|protocol version/.test(error.message))) {
    return new TlsError(host, 'protocol', `no TLS that is safe came about (${code})`, { cause: error });
  }
  if (/^(?:EPROTO$|ERR_(?:SSL|TLS)_)/.test(code)) {
    return new TlsError(host, 'handshake', `the handshake failed (${code})`, { cause: error });
  }
  return undefined;
}
