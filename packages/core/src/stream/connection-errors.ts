import { SestinaError, TimeoutError } from '../errors.js';

/** A name could not be looked up. `retryable` is false where DNS says that the host or the service does not exist. */
export class DnsError extends SestinaError {
  static override readonly name: string = 'DnsError';
  readonly code = 'ERR_DNS';
  override readonly retryable: boolean;

  constructor(
    /** The name that was looked up. */
    readonly host: string,
    /** Node's code (`ENOTFOUND`, `ESERVFAIL`, `ETIMEOUT`, …), or `ENOSERVICE` where the SRV target is `.` (RFC 2782). */
    readonly dnsCode: string,
    /** `detail`: what it means and the way out, as the end of the message. Default: the code. */
    { retryable, detail = dnsCode, cause }: { retryable: boolean; detail?: string; cause?: unknown },
  ) {
    super(`could not look up ${host}: ${detail}`, { cause });
    this.retryable = retryable;
  }
}

/** One address that was tried. */
export interface ConnectAttempt {
  /** An IP address, or the name or URL where it did not come to one. */
  readonly address: string;
  readonly port?: number | undefined;
  readonly error: Error;
  /**
   * What the message says of it.
   * @default that of the error
   */
  readonly detail?: string | undefined;
}

function describe({ address, port, error, detail = error.message }: ConnectAttempt): string {
  const host = port !== undefined && address.includes(':') ? `[${address}]` : address;
  const text = error instanceof TimeoutError ? `no answer within ${error.timeout} ms` : detail;
  return `${host}${port === undefined ? '' : `:${port}`} ${text}`;
}

/** No address of the server could be reached. Every attempt is in `attempts`, and in `cause` as an `AggregateError`. */
export class ConnectError extends SestinaError {
  static override readonly name: string = 'ConnectError';
  readonly code = 'ERR_CONNECT';
  override readonly retryable = true;

  constructor(
    /** The XMPP domain. */
    readonly domain: string,
    /** In the order in which they failed. */
    readonly attempts: readonly ConnectAttempt[],
    /** What to look at, as the end of the message. */
    wayOut = 'is the server running?',
  ) {
    super(`could not connect to ${domain}: ${attempts.map(describe).join('; ')}; ${wayOut}`, {
      cause: new AggregateError(attempts.map((attempt) => attempt.error)),
    });
  }
}

/**
 * What was wrong with TLS. `protocol`: no common version or no TLS at all; `handshake`: the server refused the handshake;
 * `interrupted`: it was cut, or took too long.
 */
export type TlsErrorReason =
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-name'
  | 'certificate-untrusted'
  | 'certificate-revoked'
  | 'protocol'
  | 'handshake'
  | 'interrupted';

const WAYS_OUT: Readonly<Record<TlsErrorReason, string>> = {
  'certificate-expired': 'its operator has to renew it',
  'certificate-not-yet-valid': 'is the clock of this machine right?',
  'certificate-name': 'is the domain of the JID spelled right? If so, its operator has to get a certificate for it',
  'certificate-untrusted':
    "if you know the authority that issued it, pass the authority's certificate in `tls: { ca }`",
  'certificate-revoked': 'its operator has to replace it',
  protocol: 'is it the right port, and does the server offer TLS 1.2 or later?',
  handshake: 'does the server want a client certificate (`tls: { cert, key }`), or is its TLS set up wrongly?',
  interrupted: 'try again later',
};

/** TLS did not come about. `retryable` only for `interrupted`: the rest stays until somebody changes something. */
export class TlsError extends SestinaError {
  static override readonly name: string = 'TlsError';
  readonly code = 'ERR_TLS';
  override readonly retryable: boolean;

  constructor(
    /** The XMPP domain that the server had to prove. */
    readonly domain: string,
    readonly reason: TlsErrorReason,
    /** What happened, as the middle of the message. */
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`TLS with ${domain} failed: ${detail}; ${WAYS_OUT[reason]}`, options);
    this.retryable = reason === 'interrupted';
  }
}

/** Bytes arrived in the clear between `<proceed/>` and the TLS handshake: whoever is on the way could have put them there. */
export class TlsInjectionError extends SestinaError {
  static override readonly name: string = 'TlsInjectionError';
  readonly code = 'ERR_TLS_INJECTION';

  constructor(
    message = 'unencrypted bytes arrived between <proceed/> and the TLS handshake: somebody on the way may be tampering ' +
      'with the connection; use another network, or tell the operator of the server',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
