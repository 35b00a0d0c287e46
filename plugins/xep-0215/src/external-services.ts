import { BaseXMPP, JID, Plugin, type Registration, type RequestOptions, StanzaError } from '@sestina/core';
import { SharedLookups } from '@sestina/core/util';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { type ExternalService, type ServiceAddress, sameServices } from './external-service.js';
import { hostOf } from './host.js';
import { type IceServer, iceServerOf } from './ice.js';
import { merged } from './merge.js';
import { Questions } from './questions.js';
import { ServiceLists } from './service-lists.js';
import { LegacyServices, Services } from './stanza.js';
import { Watch } from './watch.js';

/** The services of one type, or of all, are not what they were. */
export interface ExternalServicesChange {
  /** Undefined where all were asked for. */
  readonly type: string | undefined;
  readonly services: readonly ExternalService[];
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A server tells of other external services (XEP-0215), or of other passwords for them, than before. */
    externalServicesChanged: ExternalServicesChange;
  }
}

/** Which services are asked for. */
export interface ServicesOptions extends RequestOptions {
  /**
   * Their type: `turn`.
   * @default all
   */
  readonly type?: string | undefined;
  /**
   * Who is asked.
   * @default our server
   */
  readonly server?: JID | string | undefined;
}

/** Which servers a call may use. */
export interface IceOptions extends Omit<ServicesOptions, 'type'> {
  /**
   * Whether only relays are given, so that nobody who is called learns our address.
   * @default false
   */
  readonly relayOnly?: boolean | undefined;
}

/** XEP-0215: External Service Discovery, version 1.0.0. Asks the server for STUN and TURN servers, and for passwords that they take. */
export class ExternalServices extends Plugin {
  static override readonly id = 'xep-0215';
  static override readonly inject = [BaseXMPP, ServiceDiscovery] as const;
  // A component has no server of its own that it could ask.
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #lists: ServiceLists;
  readonly #questions: Questions;
  readonly #lookups: SharedLookups;
  /** By type; '' for all. */
  readonly #watches = new Map<string, Watch>(); // bound: types that the program watches

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery) {
    super();
    this.#xmpp = xmpp;
    this.#lists = new ServiceLists(xmpp);
    this.#questions = new Questions(xmpp, disco);
    this.#lookups = new SharedLookups(xmpp.clock);
    for (const payload of [Services, LegacyServices] as const) {
      this.own(xmpp.onIq('set', payload, (services, { from }) => this.#pushed(from, services)));
    }
    this.own({ dispose: () => this.#stop() });
  }

  override sessionStart(): void {
    for (const watch of this.#watches.values()) watch.look();
  }

  override sessionEnd(): void {
    for (const watch of this.#watches.values()) watch.rest();
    this.#lists.clear();
  }

  /**
   * What a server knows of services outside of XMPP, with passwords where there are any; nothing that has expired. Kept until a minute before
   * the first of them expires, or for an hour.
   * @throws StanzaError where the server does not tell; JidError for what is no address; what `request()` throws.
   */
  services(options: ServicesOptions = {}): Promise<readonly ExternalService[]> {
    return this.untilRemoved(options.signal, (signal) => this.#services({ ...options, signal }));
  }

  /**
   * A password for a service, asked for anew; our server is asked, or the one that told of the service.
   * @throws NoCredentialsError; else as `services()`.
   */
  credentials(
    service: ServiceAddress & { readonly server?: JID | string | undefined },
    options: RequestOptions = {},
  ): Promise<ExternalService> {
    return this.untilRemoved(options.signal, (signal) => {
      const { type, host, port } = service;
      const address = { type, host: hostOf(host) ?? host, port };
      return this.#questions.credentials(this.#server(service.server), address, { ...options, signal });
    });
  }

  /** What `RTCPeerConnection` needs to find a way through firewalls: `new RTCPeerConnection({ iceServers })`. @throws as `services()`. */
  async iceServers({ relayOnly = false, ...options }: IceOptions = {}): Promise<IceServer[]> {
    const services = await this.services(options);
    return services
      .filter(({ type }) => !relayOnly || type === 'turn' || type === 'turns')
      .flatMap((service) => iceServerOf(service) ?? []);
  }

  /**
   * Keeps what our server knows of one type fresh, and tells of changes: it is asked at the beginning of each session, and before something
   * expires, until the registration is disposed of. Others are asked when somebody wants to know.
   * @param type Without one, all: what `iceServers()` gives is there at once then.
   */
  watch(type?: string): Registration {
    this.lifetime.throwIfAborted();
    const key = type ?? '';
    const known = this.#watches.get(key);
    const watch =
      known ??
      new Watch(this.#xmpp, {
        refresh: (signal) => this.#services({ type, signal }).then(() => this.#left(type)),
        over: () => this.#watches.delete(key),
      });
    this.#watches.set(key, watch);
    const registration = this.own(watch.join());
    if (!known && this.#xmpp.online) watch.look();
    return registration;
  }

  #server(server: JID | string | undefined): JID {
    return JID.from(server ?? this.#xmpp.serverDomain);
  }

  #left(type: string | undefined): number {
    const list = this.#lists.get(this.#server(undefined), type);
    return list ? this.#lists.left(list) : 0;
  }

  #services({
    type,
    server,
    signal,
    timeout = this.#xmpp.timeout,
  }: ServicesOptions): Promise<readonly ExternalService[]> {
    const jid = this.#server(server);
    const key = JSON.stringify([jid.full, type]);
    const usable = this.#lookups.has(key) ? undefined : this.#lists.usable(jid, type);
    if (usable) return Promise.resolve(usable);
    const what = `external services of ${jid}`;
    return this.#lookups.ask(key, (stop) => this.#fetch(jid, type, stop), { what, timeout, signal });
  }

  async #fetch(server: JID, type: string | undefined, signal: AbortSignal): Promise<readonly ExternalService[]> {
    const watch = this.#watchOf(server, type);
    const before = this.#lists.get(server, type)?.services ?? watch?.last;
    const session = this.#xmpp.session;
    const told = await this.#questions.services(server, type, { signal });
    session?.throwIfAborted();
    // From now on pushes change it.
    this.#lists.put(server, type, told);
    if (told.some(({ expires }) => expires) && !this.#lists.knowsTime(server)) {
      this.#lists.setSkew(server, await this.#questions.skew(server, { signal }));
    }
    for await (const filled of this.#questions.missing(this.#current(server, type), { signal })) {
      const services = this.#current(server, type).map((service) => filled.get(service) ?? service);
      this.#lists.put(server, type, services);
    }
    session?.throwIfAborted();
    const { services } = this.#lists.put(server, type, this.#current(server, type));
    const usable = this.#lists.unexpired(services);
    if (watch) watch.last = services;
    if ((before || watch) && !sameServices(before ?? [], services)) this.#tell(type, usable);
    return usable;
  }

  #current(server: JID, type: string | undefined): readonly ExternalService[] {
    return this.#lists.get(server, type)?.services ?? [];
  }

  #pushed(from: JID | undefined, push: Services | LegacyServices): void {
    const server = from ?? this.#server(undefined);
    const lists = this.#lists.of(server);
    // Whoever was not asked has nothing to tell.
    if (lists.length === 0) throw new StanzaError('service-unavailable');
    for (const { type, services } of lists) {
      const next = merged(services, server, push, type);
      if (sameServices(services, next)) continue;
      const isWhole = next.every(({ restricted, password }) => !restricted || password !== undefined);
      const left = this.#lists.left(this.#lists.put(server, type, next, isWhole));
      this.#tell(type, this.#lists.unexpired(next));
      const watch = this.#watchOf(server, type);
      if (watch) watch.last = next;
      if (watch && !watch.isAsking) watch.later(left);
    }
  }

  #watchOf(server: JID, type: string | undefined): Watch | undefined {
    return server.full === this.#xmpp.serverDomain ? this.#watches.get(type ?? '') : undefined;
  }

  #tell(type: string | undefined, services: readonly ExternalService[]): void {
    this.#xmpp.emit('externalServicesChanged', { type, services });
  }

  #stop(): void {
    for (const watch of this.#watches.values()) watch.rest();
    this.#watches.clear();
    this.#lists.clear();
  }
}
