import { type Link, RedirectError, type SessionOutcome, StreamError, type Transport } from '@sestina/core';

/** Where a redirect leads. */
export interface RedirectTarget {
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** The address of a WebSocket. */
  readonly service?: string | undefined;
}

/** How links are negotiated and made. */
export interface RedirectHost {
  negotiate(link: Link): Promise<SessionOutcome>;
  open(target: RedirectTarget): Promise<Link>;
}

const MAX_HOPS = 3;

/** The redirects since the last session of which nobody was sent away. */
export class RedirectChain {
  #chain: string[] = [];

  /** The addresses in the order in which they were named. */
  get addresses(): readonly string[] {
    return this.#chain;
  }

  /**
   * Adds a redirect and tells where it leads.
   * @param from Where it comes from; has to be secure: TLS has shown that it is the right server.
   * @throws RedirectError where it is not to be followed.
   */
  follow(error: StreamError, from: Pick<Transport, 'kind' | 'secure'>): RedirectTarget {
    const where = error.seeOtherHost ?? '';
    const known = this.#chain.includes(where);
    this.#chain = [...this.#chain, where];
    const refuse = (why: string): RedirectError =>
      new RedirectError(`the server sends us to "${where.slice(0, 100)}", ${why}`, this.#chain, { cause: error });
    if (!from.secure) throw refuse('but TLS has not shown yet that it is the right server');
    if (known) throw refuse('where we have been already');
    if (this.#chain.length > MAX_HOPS) throw refuse(`and that is the redirect after the ${MAX_HOPS} that are followed`);
    const target = from.kind === 'websocket' ? parseService(where) : parseTarget(where);
    if (!target) throw refuse('which is no address that is as safe');
    return target;
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
      const target = chain.follow(error, link.transport);
      link.destroy(error);
      signal.throwIfAborted();
      link = await host.open(target);
    }
  }
}

/** `host`, `host:port`, `[IPv6]:port` (RFC 6120 §4.9.3.19); undefined for anything else. */
export function parseTarget(text: string): RedirectTarget | undefined {
  if (text.length > 1_023) return undefined;
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]@?#]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (!match || !host) return undefined;
  const port = match[3] === undefined ? undefined : Number(match[3]);
  return port === undefined || (port >= 1 && port <= 65_535) ? { host, port } : undefined;
}

/** A `wss:` address (RFC 7395 §3.6.1); undefined for anything else, `ws:` above all. */
function parseService(text: string): RedirectTarget | undefined {
  if (text.length > 1_023 || !/^wss:\/\//i.test(text)) return undefined;
  try {
    const { href, username, password } = new URL(text);
    return username || password ? undefined : { host: undefined, port: undefined, service: href };
  } catch {
    return undefined;
  }
}
