import { SestinaError, TimeoutError, TlsError, TlsInjectionError } from '@sestina/core';
import type { TlsErrorReason } from '@sestina/core/transport';

const CERTIFICATE: Readonly<Record<string, readonly [TlsErrorReason, string]>> = {
  CERT_HAS_EXPIRED: ['certificate-expired', 'the certificate has expired'],
  CERT_NOT_YET_VALID: ['certificate-not-yet-valid', 'the certificate is not valid yet'],
  CERT_REVOKED: ['certificate-revoked', 'the certificate was revoked'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['certificate-untrusted', 'the certificate is signed by itself'],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'certificate-untrusted',
    'the certificate was issued by an authority that is not trusted here',
  ],
  UNABLE_TO_GET_ISSUER_CERT: ['certificate-untrusted', 'the certificate of the issuer is missing'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'certificate-untrusted',
    'the certificate was issued by an authority that is not known here',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'certificate-untrusted',
    'the certificate was issued by an authority that is not known here',
  ],
};

// The other results of OpenSSL's verification, as Node names them (`X509_V_ERR_…` without the prefix).
const UNTRUSTED = /^(?:CERT_|CRL_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|UNABLE_TO_|ERROR_IN_|OUT_OF_MEM$)/;
// A record that is not TLS at all.
const PLAIN: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_HTTPS_PROXY_REQUEST',
]);
const VERSION =
  /^ERR_SSL_(?:UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|TLSV1_ALERT_PROTOCOL_VERSION|VERSION_TOO_LOW|BAD_PROTOCOL_VERSION_NUMBER)$/;

/** Whether TLS found something in place of a TLS record. */
export function isPlainText(error: unknown): boolean {
  return PLAIN.has(codeOf(error));
}

/** Whether it comes from TLS rather than from the socket below. */
export function isTlsFailure(error: unknown): boolean {
  return /^ERR_(?:SSL|TLS)_/.test(codeOf(error));
}

/** What a handshake failed with, typed. `afterProceed`: what is no TLS was put between STARTTLS and the handshake. */
export function toTlsError(error: unknown, domain: string, afterProceed: boolean): SestinaError {
  if (error instanceof SestinaError && !(error instanceof TimeoutError)) return error;
  const options = { cause: error };
  const code = codeOf(error);
  const known = CERTIFICATE[code];
  if (known) return new TlsError(domain, known[0], known[1], options);
  if (UNTRUSTED.test(code)) {
    return new TlsError(domain, 'certificate-untrusted', `the certificate cannot be verified (${code})`, options);
  }
  if (isPlainText(error)) {
    if (afterProceed) return new TlsInjectionError(undefined, options);
    return new TlsError(domain, 'protocol', 'the server does not speak TLS on this port', options);
  }
  if (VERSION.test(code))
    return new TlsError(domain, 'protocol', 'the server supports no version of TLS that is safe', options);
  if (isTlsFailure(error)) return new TlsError(domain, 'handshake', `the handshake failed (${code})`, options);
  if (error instanceof TimeoutError) {
    return new TlsError(domain, 'interrupted', `no end of the handshake within ${error.timeout} ms`, options);
  }
  return new TlsError(domain, 'interrupted', 'the connection was cut in the handshake', options);
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? '');
}
