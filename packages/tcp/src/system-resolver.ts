import { Resolver as DnsResolver, lookup } from 'node:dns/promises';
import { type HostAddress, Resolver, type SrvRecord, toDnsError } from './resolver.js';

/** What `SystemResolver` may be told. */
export interface SystemResolverOptions {
  /** Name servers for SRV, as `dns.setServers` takes them. Default: those of the system. */
  readonly servers?: readonly string[] | undefined;
  /** Milliseconds for one try of an SRV query, of which there are two. Default 3000. */
  readonly timeout?: number | undefined;
}

/** `node:dns`: SRV from the name servers, addresses as the system finds them, `/etc/hosts` included. */
export class SystemResolver extends Resolver {
  readonly #options: SystemResolverOptions;

  constructor(options: SystemResolverOptions = {}) {
    super();
    this.#options = options;
  }

  async srv(name: string, signal: AbortSignal): Promise<readonly SrvRecord[]> {
    signal.throwIfAborted();
    // One for each query, since cancel() ends all that a resolver has under way.
    const resolver = new DnsResolver({ timeout: this.#options.timeout ?? 3_000, tries: 2 });
    if (this.#options.servers) resolver.setServers(this.#options.servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await resolver.resolveSrv(name);
    } catch (error) {
      signal.throwIfAborted();
      const { code } = error as { code?: string };
      if (code === 'ENODATA' || code === 'ENOTFOUND') return [];
      throw toDnsError(name, error);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async addresses(host: string, signal: AbortSignal): Promise<readonly HostAddress[]> {
    signal.throwIfAborted();
    try {
      const found = await lookup(host, { all: true, verbatim: true });
      return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
    } catch (error) {
      throw toDnsError(host, error);
    }
  }
}
