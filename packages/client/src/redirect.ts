import { type Link, RedirectError, type SessionOutcome, StreamError } from '@sestina/core';

/** Where a redirect leads. */
export interface RedirectTarget {
  readonly host: string | undefined;
  readonly port: number | undefined;
}

/** How links are negotiated and made. */
export interface RedirectHost {
  negotiate(link: Link): Promise<SessionOutcome>;
  open(target: RedirectTarget): Promise<Link>;
}

const MAX_HOPS = 3;

/**
 * Negotiates, and follows `see-other-host` (RFC 6120 §4.9.3.19) three times at most. Only a server that TLS has shown to be
 * the right one may send us elsewhere, and the name that its certificate has to bear stays the same.
 */
export async function followRedirects(first: Link, host: RedirectHost): Promise<SessionOutcome> {
  const chain: string[] = [];
  let link = first;
  for (;;) {
    try {
      return await host.negotiate(link);
    } catch (error) {
      if (!(error instanceof StreamError) || error.condition !== 'see-other-host') throw error;
      const where = error.seeOtherHost ?? '';
      chain.push(where);
      const refuse = (why: string): RedirectError =>
        new RedirectError(`the server sends us to "${where}", ${why}`, chain, { cause: error });
      if (!link.transport.secure) throw refuse('but TLS has not shown yet that it is the right server');
      if (chain.length > MAX_HOPS) throw refuse(`and that is the redirect after the ${MAX_HOPS} that are followed`);
      if (chain.indexOf(where) < chain.length - 1) throw refuse('where we have been already');
      const target = parseTarget(where);
      if (!target) throw refuse('which is no address');
      link.destroy(error);
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
