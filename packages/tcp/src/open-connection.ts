import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { ConnectError, DnsError, TimeoutError, TlsError } from '@sestina/core';
import type { ConnectAttempt } from '@sestina/core/transport';
import { within } from '@sestina/core/util';
import { guarded } from './dial.js';
import { type Destination, type Endpoint, findEndpoints } from './endpoints.js';
import { isLocalAddress } from './local-address.js';
import type { Settings } from './options.js';
import { interleaved, race } from './race.js';
import { dnsError, type HostAddress, toDnsError } from './resolver.js';
import { secure } from './secure.js';
import type { TlsSettings } from './tls-options.js';

/** A connection that stands. */
export interface Opened {
  readonly socket: Duplex;
  /** Present where TLS came first. */
  readonly secured?: TLSSocket;
}

const MOST_ADDRESSES = 16;

const DETAILS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'network unreachable',
  EACCES: 'not permitted',
};

/**
 * Connects to where DNS says that the server is, or to the endpoint that is given: every address of every endpoint in turn.
 * @throws DnsError, ConnectError, TlsError; the reason of `signal`.
 */
export async function openConnection(
  destination: Destination,
  tls: TlsSettings,
  settings: Settings,
  signal: AbortSignal,
): Promise<Opened> {
  const opener = new Opener(destination, tls, settings);
  const what = `connecting to ${tls.domain}`;
  try {
    const { clock, totalTimeout: timeout } = settings;
    return await within(clock, (inner) => opener.open(inner), { what, timeout, signal, discard: destroy });
  } catch (error) {
    if (signal.aborted || !(error instanceof TimeoutError)) throw error;
    throw opener.attempts.length > 0 ? new ConnectError(tls.domain, opener.attempts) : toDnsError(tls.domain, error);
  }
}

function destroy({ socket, secured }: Opened): void {
  secured?.destroy();
  socket.destroy();
}

class Opener {
  readonly attempts: ConnectAttempt[] = [];
  readonly #destination: Destination;
  readonly #tls: TlsSettings;
  readonly #settings: Settings;

  constructor(destination: Destination, tls: TlsSettings, settings: Settings) {
    this.#destination = destination;
    this.#tls = tls;
    this.#settings = settings;
  }

  async open(signal: AbortSignal): Promise<Opened> {
    const { endpoint: given, name } = this.#destination;
    const endpoints = given ? [given] : await findEndpoints(name, this.#settings, signal);
    const failures: Error[] = [];
    for (const endpoint of endpoints) {
      const opened = await this.#try(endpoint, signal);
      if (!(opened instanceof Error)) return opened;
      failures.push(opened);
    }
    throw this.#verdict(failures);
  }

  /** What is true of every endpoint is the error; otherwise the list of all attempts. */
  #verdict(failures: readonly Error[]): Error {
    for (const kind of [TlsError, DnsError]) {
      const same = failures.filter((failure): failure is TlsError | DnsError => failure instanceof kind);
      const [first] = same;
      if (first && same.length === failures.length) return same.find((failure) => failure.retryable) ?? first;
    }
    return new ConnectError(this.#tls.domain, this.attempts);
  }

  async #try(endpoint: Endpoint, signal: AbortSignal): Promise<Opened | Error> {
    const left = new Set<HostAddress>();
    try {
      for (const found of await this.#addresses(endpoint.host, signal)) {
        if (!this.#destination.elsewhere || !isLocalAddress(found)) left.add(found);
        else this.#failed(found.address, endpoint.port, new Error('an address of this machine, where nobody sends us'));
      }
    } catch (error) {
      signal.throwIfAborted();
      return this.#failed(endpoint.host, endpoint.port, toDnsError(endpoint.host, error));
    }
    let refused: TlsError | undefined;
    for (;;) {
      const socket = await this.#connect(left, endpoint.port, signal);
      if (!socket) return refused ?? new ConnectError(this.#tls.domain, this.attempts);
      if (!endpoint.directTls) return { socket: socket.value };
      try {
        const { clock, connectTimeout } = this.#settings;
        const secured = await secure(
          socket.value,
          this.#tls,
          { directTls: true, clock, timeout: connectTimeout },
          signal,
        );
        return { socket: socket.value, secured };
      } catch (error) {
        signal.throwIfAborted();
        this.#failed(socket.candidate.address, endpoint.port, error);
        if (!(error instanceof TlsError)) throw error;
        refused ??= error;
      }
    }
  }

  async #addresses(host: string, signal: AbortSignal): Promise<HostAddress[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family: family === 6 ? 6 : 4 }];
    const { clock, connectTimeout: timeout, resolver } = this.#settings;
    const patience = { what: `looking up ${host}`, timeout, signal };
    const found = await within(clock, (inner) => resolver.addresses(host, inner), patience);
    if (found.length === 0) throw dnsError(host, 'ENODATA');
    return interleaved(found).slice(0, MOST_ADDRESSES);
  }

  /** Races those that are left; those that failed and the one that won are then not left any more. */
  #connect(left: Set<HostAddress>, port: number, signal: AbortSignal) {
    const { clock, connectTimeout: timeout, dial } = this.#settings;
    const discard = (late: Duplex): void => void guarded(late).destroy();
    const runners = {
      attempt: ({ address }: HostAddress, inner: AbortSignal) => {
        const open = async (limit: AbortSignal): Promise<Duplex> => guarded(await dial(address, port, limit));
        return within(clock, open, { what: address, timeout, signal: inner, discard });
      },
      failed: (candidate: HostAddress, error: unknown) => {
        left.delete(candidate);
        this.#failed(candidate.address, port, error);
      },
      discard,
    };
    return race([...left], runners, clock, signal).then((winner) => {
      if (!winner) return undefined;
      left.delete(winner.candidate);
      if (!signal.aborted) return winner;
      discard(winner.value);
      throw signal.reason;
    });
  }

  #failed(address: string, port: number, error: unknown): Error {
    const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
    this.attempts.push({ address, port, error: failure, detail: DETAILS[(failure as { code?: string }).code ?? ''] });
    return failure;
  }
}
