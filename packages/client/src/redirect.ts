import { RedirectError, StreamError } from '@sestina/core';
import type { Link, SessionOutcome } from '@sestina/core/connection';
import type { Transport, TransportTarget } from '@sestina/core/transport';
import { quoted } from '@sestina/core/util';
import { isLocalHost } from './local-host.js';

/** Where to connect, and what of it is given: the part of a target that a redirect decides. */
export type RedirectTarget = Pick<TransportTarget, 'dnsName' | 'elsewhere' | 'host' | 'port' | 'service'>;

/** How links are negotiated and made. */
export interface RedirectHost {
  negotiate(link: Link): Promise<SessionOutcome>;
  open(target: RedirectTarget): Promise<Link>;
}

const MAX_HOPS = 3;

/** The redirects since the last session of which nobody was sent away. */
export class RedirectChain {
  #chain: string[] = []; // bound: MAX_HOPS
  readonly #elsewhere: boolean;

  /** @param home Whom this client was told to connect to: one that is on this machine may send us to another one there. */
  constructor(home: readonly (string | undefined)[]) {
    this.#elsewhere = !home.some((host) => host !== undefined && isLocalHost(host));
  }

  /** The addresses in the order in which they were named. */
  get addresses(): readonly string[] {
    return this.#chain;
  }

  /**
   * Adds a redirect and tells where it leads.
   * @param from Where it comes from; has to be secure: TLS has shown that it is the right server.
   * @param where What the server says, as it says it. @param cause The error that it says it with.
   * @throws RedirectError where it is not to be followed.
   */
  follow(where = '', from: Pick<Transport, 'kind' | 'secure'>, cause?: StreamError): RedirectTarget {
    const known = this.#chain.includes(where);
    this.#chain = [...this.#chain, where];
    const refuse = (why: string): RedirectError =>
      new RedirectError(`the server sends us to ${quoted(where, 100)}, ${why}`, this.#chain, cause && { cause });
    if (!from.secure) throw refuse('but TLS has not shown yet that it is the right server');
    if (known) throw refuse('where we have been already');
    if (this.#chain.length > MAX_HOPS) throw refuse(`and that is the redirect after the ${MAX_HOPS} that are followed`);
    const target = from.kind === 'websocket' ? parseService(where) : parseTarget(where);
    if (!target) throw refuse('which is no address that is as safe');
    const { hostname, ...found } = target;
    if (!this.#elsewhere) return found;
    if (isLocalHost(hostname)) throw refuse('which is this machine or its link: give `host` where that is right');
    return { ...found, elsewhere: true };
  }

  /** Begins anew. */
  clear(): void {
    this.#chain = [];
  }
}

/** Whether it is a redirect (RFC 6120 §4.9.3.19). */
export function isRedirect(error: unknown): error is StreamError {
  return error instanceof StreamError && error.condition === 'see-other-host' && error.origin === 'peer';
}

/**
 * Negotiates, and follows `see-other-host` three times at most. Only a server that TLS has shown to be the right one may
 * send us elsewhere, and the name that its certificate has to bear stays the same.
 */
export async function followRedirects(
  first: Link,
  chain: RedirectChain,
  host: RedirectHost,
  signal: AbortSignal,
): Promise<SessionOutcome> {
  let link = first;
  for (;;) {
    try {
      return await host.negotiate(link);
    } catch (error) {
      if (!isRedirect(error)) throw error;
      const target = chain.follow(error.seeOtherHost, link.transport, error);
      link.destroy(error);
      signal.throwIfAborted();
      link = await host.open(target);
    }
  }
}

/** Where it leads, and the host of that as it is written. */
type Parsed = RedirectTarget & { readonly hostname: string };

/** `host`, `host:port`, `[IPv6]:port` (RFC 6120 §4.9.3.19); undefined for anything else. Without a port DNS is asked for the name. */
function parseTarget(text: string): Parsed | undefined {
  if (text.length > 1_023) return undefined;
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]@?#]+))(?::(\d{1,5}))?$/.exec(text);
  const hostname = match?.[1] ?? match?.[2];
  if (!match || !hostname) return undefined;
  if (match[3] === undefined) return { hostname, dnsName: hostname };
  const port = Number(match[3]);
  return port >= 1 && port <= 65_535 ? { hostname, host: hostname, port } : undefined;
}

/** A `wss:` address (RFC 7395 §3.6.1); undefined for anything else, `ws:` above all. */
function parseService(text: string): Parsed | undefined {
  if (text.length > 1_023 || !/^wss:\/\//i.test(text)) return undefined;
  try {
    const { href, hostname, username, password } = new URL(text);
    return username || password ? undefined : { hostname, service: href };
  } catch {
    return undefined;
  }
}
