import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Answer, CheckedHttpClient, type Exchange, type HttpOptions } from '../checked-http-client.js';
import { HttpNetworkError, HttpRefusedError } from '../errors.js';
import { literalAddress } from '../public-address.js';
import { exchangeOver } from './exchange-over.js';

/** Options of `NodeHttpClient`. */
export interface NodeHttpOptions extends HttpOptions {
  /** Whom to trust: certificates of authorities, PEM. Default: those of Node. */
  readonly ca?: string | readonly string[] | undefined;
  /** Finds the IP addresses of a host. Default: as the system does, `/etc/hosts` included. */
  readonly resolve?: ((host: string, signal: AbortSignal) => Promise<readonly string[]>) | undefined;
}

// A host with more of them is no better.
const MOST_ADDRESSES = 16;

/**
 * HTTP of Node. Each connection goes to an address that was found and checked for it, so that a name cannot mean another one a moment later;
 * no connection serves two requests.
 */
export class NodeHttpClient extends CheckedHttpClient {
  readonly #options: NodeHttpOptions;

  constructor(options: NodeHttpOptions = {}) {
    super(options);
    this.#options = options;
  }

  protected override async exchange(exchange: Exchange): Promise<Answer> {
    return exchangeOver(exchange, await this.#addresses(exchange), this.#options.ca);
  }

  async #addresses({ url, signal }: Exchange): Promise<readonly string[]> {
    const host = url.hostname;
    const found = await this.#find(host, signal);
    signal.throwIfAborted();
    const allowed = found
      .slice(0, MOST_ADDRESSES)
      .filter((address) => isIP(address) !== 0 && this.allows(url, address));
    if (allowed.length === 0) throw new HttpRefusedError(host, 'address');
    return allowed;
  }

  async #find(host: string, signal: AbortSignal): Promise<readonly string[]> {
    const literal = host.endsWith('localhost') ? undefined : literalAddress(host);
    if (literal !== undefined) return [literal];
    try {
      const { resolve } = this.#options;
      if (resolve) return await resolve(host, signal);
      return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
    } catch (cause) {
      throw new HttpNetworkError(host, { cause });
    }
  }
}
