import { DnsError, TimeoutError } from '@sestina/core';

/** An SRV record (RFC 2782), as `node:dns` gives it. */
export interface SrvRecord {
  /** The target host; `.` or empty: the service is decidedly not available. */
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** An address of a host. */
export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** DNS, injected. A class, so that it is its own injection token. */
export abstract class Resolver {
  static readonly name: string = 'Resolver';
  /** The SRV records of that name, in any order; none where the name or the record does not exist. Rejects with `DnsError`. */
  abstract srv(name: string, signal: AbortSignal): Promise<readonly SrvRecord[]>;
  /** The addresses of that host, best first. Rejects with `DnsError`. */
  abstract addresses(host: string, signal: AbortSignal): Promise<readonly HostAddress[]>;
}

const DETAILS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host; is the domain spelled right?',
  ENODATA: 'the name has no address; is the domain spelled right?',
  ENOSERVICE: 'its DNS says that it offers no XMPP service; if you know better, give the `host` option',
  ETIMEOUT: 'no answer from DNS; is the network up?',
  ESERVFAIL: 'the name server failed; try again later',
  EREFUSED: 'the name server refused to answer; is it the right one?',
  ECONNREFUSED: 'no name server could be reached; is the network up?',
  EAI_AGAIN: 'no name server could be reached; is the network up?',
};

const FINAL: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA', 'ENOSERVICE', 'EBADNAME', 'EAI_NONAME', 'ENONAME']);

/** The error of that code, with the way out in its message. */
export function dnsError(host: string, code: string, cause?: unknown): DnsError {
  return new DnsError(host, code, { retryable: !FINAL.has(code), detail: DETAILS[code] ?? code, cause });
}

/** What a look-up of `host` failed with, typed. */
export function toDnsError(host: string, error: unknown): DnsError {
  if (error instanceof DnsError) return error;
  const code =
    error instanceof TimeoutError ? 'ETIMEOUT' : String((error as { code?: unknown } | null)?.code ?? 'EFAIL');
  return dnsError(host, code, error);
}
