import { type BaseXMPP, type JID, type RequestOptions, SestinaError, StanzaError } from '@sestina/core';
import type { ServiceDiscovery } from '@sestina/xep-0030';
import { Time, TimeQuery } from '@sestina/xep-0202';
import { NoCredentialsError } from './errors.js';
import { type ExternalService, isAt, type ServiceAddress, withCredentials } from './external-service.js';
import { servicesOf } from './merge.js';
import {
  Credentials,
  LegacyCredentials,
  LegacyService,
  LegacyServices,
  NS_EXTDISCO,
  NS_EXTDISCO_1,
  Service,
  Services,
} from './stanza.js';

// Services of one answer whose passwords are asked for.
const MAX_ASKED = 20;
const AT_ONCE = 5;

/** What servers are asked. */
export class Questions {
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery) {
    this.#xmpp = xmpp;
    this.#disco = disco;
  }

  /** @throws what `request()` throws. */
  async services(server: JID, type: string | undefined, options: RequestOptions): Promise<readonly ExternalService[]> {
    const isOld = await this.#isOld(server, options);
    const answer = isOld
      ? await this.#xmpp.iqGet(server, new LegacyServices({ type }), { ...options, answer: LegacyServices })
      : await this.#xmpp.iqGet(server, new Services({ type }), { ...options, answer: Services });
    return servicesOf(server, answer).filter((service) => type === undefined || service.type === type);
  }

  /** @throws NoCredentialsError; what `request()` throws. */
  async credentials(server: JID, address: ServiceAddress, options: RequestOptions): Promise<ExternalService> {
    const { type, host, port } = address;
    // As it was told: brackets belong to addresses in URIs.
    const init = { type, host: host.replace(/^\[(.*)\]$/, '$1'), port };
    const isOld = await this.#isOld(server, options);
    const question = isOld
      ? new LegacyCredentials({ services: [new LegacyService(init)] })
      : new Credentials({ services: [new Service(init)] });
    const { xml } = await this.#xmpp.iqGet(server, question, options);
    // Some answer with <services/>, which has the same in it.
    const inside = [...xml.elements()].find(({ namespace }) => namespace === question.xml.namespace);
    const answer = isOld ? new LegacyCredentials(inside ?? xml) : new Credentials(inside ?? xml);
    const found = servicesOf(server, answer)
      .filter((service) => service.password !== undefined && isAt(service, { type, host }))
      .find((service) => port === undefined || service.port === undefined || service.port === port);
    if (!found) throw new NoCredentialsError(server.full, type, host);
    return found;
  }

  /** Asks for the passwords that an answer lacks, a few at a time. What cannot be had is left out. */
  async *missing(
    services: readonly ExternalService[],
    options: RequestOptions,
  ): AsyncGenerator<ReadonlyMap<ExternalService, ExternalService>> {
    const lacking = services.filter(({ restricted, password }) => restricted && password === undefined);
    const asked = lacking.slice(0, MAX_ASKED);
    for (let start = 0; start < asked.length; start += AT_ONCE) {
      const some = asked.slice(start, start + AT_ONCE);
      const found = await Promise.all(some.map((service) => this.#filled(service, options)));
      yield new Map(found.flatMap((filled, index) => (filled ? [[some[index] as ExternalService, filled]] : [])));
    }
  }

  /** Milliseconds by which the clock of a server is ahead of ours (XEP-0202); 0 where it does not tell. */
  async skew(server: JID, { signal, timeout }: RequestOptions): Promise<number> {
    const { clock } = this.#xmpp;
    const start = clock.monotonic();
    try {
      const { utc } = await this.#xmpp.iqGet(server, new TimeQuery(), { signal, timeout, answer: Time });
      return utc.getTime() - (clock.now() - (clock.monotonic() - start) / 2);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SestinaError) return 0;
      throw error;
    }
  }

  async #filled(service: ExternalService, options: RequestOptions): Promise<ExternalService | undefined> {
    try {
      return withCredentials(service, await this.credentials(service.server, service, options));
    } catch (error) {
      if (error instanceof StanzaError || error instanceof NoCredentialsError) return undefined;
      throw error;
    }
  }

  async #isOld(server: JID, options: RequestOptions): Promise<boolean> {
    if (await this.#disco.supports(server, NS_EXTDISCO, options)) return false;
    return this.#disco.supports(server, NS_EXTDISCO_1, options);
  }
}
