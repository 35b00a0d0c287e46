import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { ConnectError, DnsError, TlsError } from '@sestina/core';
import type { ConnectAttempt } from '@sestina/core/transport';
import { type FailedPlaces, within } from '@sestina/core/util';
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

/** How a place is called among those that have failed. */
function placeOf(host: string, { port, directTls }: Endpoint): string {
  return `${host} ${port}${directTls ? ' tls' : ''}`;
}

/**
 * Connects to where DNS says that the server is, or to the endpoint that is given: every address of every endpoint in turn. Each call of
 * `open()` goes on behind the place that the last one came to.
 */
export class Opener {
  readonly attempts: ConnectAttempt[] = []; // bound: addresses of one attempt, for its error
  readonly #destination: Destination;
  readonly #tls: TlsSettings;
  readonly #settings: Settings;
  readonly #failed: FailedPlaces;
  /** Those that were not begun with; undefined before they were looked up. */
  #endpoints: Endpoint[] | undefined;
  /** The one that was begun with, and its addresses that were not tried. */
  #current: { readonly endpoint: Endpoint; readonly left: Set<HostAddress> } | undefined;
  /** The address that the last connection went to. */
  #reached: string | undefined;

  constructor(destination: Destination, tls: TlsSettings, settings: Settings, failed: FailedPlaces) {
    this.#destination = destination;
    this.#tls = tls;
    this.#settings = settings;
    this.#failed = failed;
  }

  /** Whether there is a place that was not tried. */
  get more(): boolean {
    return (this.#current?.left.size ?? 0) > 0 || (this.#endpoints?.length ?? 0) > 0;
  }

  /** The place that the last connection went to is no good. */
  disappointed(): void {
    if (!this.#current || this.#reached === undefined) return;
    const { endpoint, left } = this.#current;
    this.#failed.add(placeOf(this.#reached, endpoint));
    if (left.size === 0) this.#failed.add(placeOf(endpoint.host, endpoint));
  }

  /** @throws DnsError, ConnectError, TlsError; the reason of `signal`. */
  async open(signal: AbortSignal): Promise<Opened> {
    this.#endpoints ??= await this.#look(signal);
    const failures: Error[] = [];
    for (;;) {
      const endpoint = this.#current?.endpoint ?? this.#endpoints.shift();
      if (!endpoint) throw this.#verdict(failures);
      const opened = await this.#try(endpoint, signal);
      if (!(opened instanceof Error)) return opened;
      this.#failed.add(placeOf(endpoint.host, endpoint));
      this.#current = undefined;
      failures.push(opened);
    }
  }

  async #look(signal: AbortSignal): Promise<Endpoint[]> {
    const { endpoint, name } = this.#destination;
    if (endpoint) return [endpoint];
    const found = await findEndpoints(name, this.#settings, signal);
    return this.#failed.last(found, (one) => placeOf(one.host, one));
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
    let left = this.#current?.left;
    try {
      left ??= await this.#addressesOf(endpoint, signal);
    } catch (error) {
      signal.throwIfAborted();
      return this.#note(endpoint.host, endpoint.port, toDnsError(endpoint.host, error));
    }
    this.#current = { endpoint, left };
    let refused: TlsError | undefined;
    for (;;) {
      const socket = await this.#connect(left, endpoint, signal);
      if (!socket) return refused ?? new ConnectError(this.#tls.domain, this.attempts);
      const { address } = socket.candidate;
      this.#reached = address;
      if (!endpoint.directTls) return { socket: socket.value };
      try {
        const { clock, connectTimeout: timeout } = this.#settings;
        const secured = await secure(socket.value, this.#tls, { directTls: true, clock, timeout }, signal);
        return { socket: socket.value, secured };
      } catch (error) {
        signal.throwIfAborted();
        this.#note(address, endpoint.port, error);
        if (!(error instanceof TlsError)) throw error;
        this.#failed.add(placeOf(address, endpoint));
        refused ??= error;
      }
    }
  }

  async #addressesOf(endpoint: Endpoint, signal: AbortSignal): Promise<Set<HostAddress>> {
    const left: HostAddress[] = [];
    for (const found of await this.#addresses(endpoint.host, signal)) {
      if (!this.#destination.elsewhere || !isLocalAddress(found)) left.push(found);
      else this.#note(found.address, endpoint.port, new Error('an address of this machine, where nobody sends us'));
    }
    return new Set(this.#failed.last(left, ({ address }) => placeOf(address, endpoint)));
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

  /**
   * Races those that are left; those that failed and the one that won are then not left any more, and those that were too slow come
   * behind those that were not begun with.
   */
  #connect(left: Set<HostAddress>, endpoint: Endpoint, signal: AbortSignal) {
    const { port } = endpoint;
    const { clock, connectTimeout: timeout, dial } = this.#settings;
    const discard = (late: Duplex): void => void guarded(late).destroy();
    const runners = {
      attempt: (candidate: HostAddress, inner: AbortSignal) => {
        const { address } = candidate;
        left.delete(candidate);
        left.add(candidate);
        const open = async (limit: AbortSignal): Promise<Duplex> => guarded(await dial(address, port, limit));
        return within(clock, open, { what: address, timeout, signal: inner, discard });
      },
      failed: (candidate: HostAddress, error: unknown) => {
        left.delete(candidate);
        // One that was given up with everything else may be as good as any.
        if (!signal.aborted) this.#failed.add(placeOf(candidate.address, endpoint));
        this.#note(candidate.address, port, error);
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

  #note(address: string, port: number, error: unknown): Error {
    const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
    this.attempts.push({ address, port, error: failure, detail: DETAILS[(failure as { code?: string }).code ?? ''] });
    return failure;
  }
}
