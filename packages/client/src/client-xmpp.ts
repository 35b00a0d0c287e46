import { BaseXMPP, JID, provide, type RequestOptions } from '@sestina/core';
import {
  checkOption,
  type Failed,
  knownOptions,
  type Link,
  lookUpAll,
  type RosterPolicies,
  type SessionOutcome,
  type StreamFeatures,
  StreamNegotiation,
  type Verdict,
} from '@sestina/core/connection';
import { type Transport, TransportFactory, type TransportTarget } from '@sestina/core/transport';
import { SaslLogin } from '@sestina/sasl';
import type { AuthError } from './errors.js';
import { InstalledTransports } from './installed-transports.js';
import { bindSteps } from './negotiation/bind.js';
import { ClientNegotiation } from './negotiation/client-negotiation.js';
import { Login } from './negotiation/login.js';
import { startTls } from './negotiation/starttls.js';
import { CLIENT_OPTIONS, type ClientOptions, checkValues, isResource } from './options.js';
import { followRedirects, isRedirect, RedirectChain, type RedirectHost, type RedirectTarget } from './redirect.js';
import { ClientRoster } from './roster/client-roster.js';
import type { ClientRosterNode } from './roster/client-roster-node.js';
import { RosterSync } from './roster/roster-sync.js';
import { NS_PRE_APPROVAL, NS_ROSTER_VERSIONING } from './stanza/roster.js';

// A session that was there for so many milliseconds was no mere stop on the way to another host.
const SETTLED = 60_000;

/** What the server of the present session can do. */
export interface ServerAbilities {
  /** Roster versions (RFC 6121 §2.6). */
  readonly rosterVersioning: boolean;
  /** Approving a subscription before it is asked for (RFC 6121 §3.4). */
  readonly preApproval: boolean;
}

/** A client: logs in to an account, holds its session, and keeps its roster. */
export class ClientXMPP extends BaseXMPP {
  static override readonly name: string = 'ClientXMPP';
  /** The roster of this account, by owner as everywhere: `clientRoster` is shorter. */
  declare readonly roster: ClientRoster;
  readonly #options: ClientOptions;
  readonly #login: Login;
  readonly #negotiation: ClientNegotiation;
  readonly #transports: InstalledTransports;
  readonly #rosterSync: RosterSync;
  readonly #redirects: RedirectChain;
  #redirected: RedirectTarget | undefined;
  /** The attempt that is on goes where the server of the last session wanted it. */
  #atPlace = false;
  /** Of the last session: what it was on, and when it began. */
  #from = { kind: '', secure: false };
  #since = 0;

  /** @throws ConfigError for options that cannot work together. */
  constructor(options: ClientOptions) {
    super(addressIn(options), options);
    checkValues(options);
    this.#login = new Login(this, options);
    const { password: _password, credentials: _credentials, ...rest } = options;
    this.#options = rest;
    this.#redirects = new RedirectChain([this.requestedJid.domain, rest.host, hostOf(rest.service)]);
    this.#transports = this.#findTransports(options.transports);
    this.#rosterSync = new RosterSync(this, this.roster, () => this.server.rosterVersioning);
    this.#rosterSync.listen();
    this.#negotiation = this.#makeNegotiation();
    provide(this.scope, StreamNegotiation, this.#negotiation);
    provide(this.scope, SaslLogin, this.#login.sasl);
  }

  // Log in with another password from the next attempt on.

  /** The password for the next attempt to log in; it cannot be read. */
  set password(password: string) {
    this.#login.password = password;
  }

  // Stream features.

  /** The steps between an open connection and a session; plugins get it by `static inject = [StreamNegotiation]`. */
  get negotiation(): StreamNegotiation {
    return this.#negotiation;
  }

  override get streamFeatures(): StreamFeatures | undefined {
    return this.#negotiation.features;
  }

  /** What the server of this session can do with rosters. */
  get server(): ServerAbilities {
    const offers = (name: string, namespace: string): boolean => this.streamFeatures?.has(name, namespace) === true;
    return {
      rosterVersioning: offers('ver', NS_ROSTER_VERSIONING),
      preApproval: offers('sub', NS_PRE_APPROVAL),
    };
  }

  // Roster.

  protected override createRoster(policies: RosterPolicies): ClientRoster {
    return new ClientRoster(this, policies);
  }

  /** The roster of this account, as far as it was fetched. */
  get clientRoster(): ClientRosterNode {
    return this.roster.of();
  }

  /**
   * Fetches the roster; pushes keep it current from then on.
   * @throws what `request()` throws.
   */
  getRoster(options: RequestOptions = {}): Promise<ClientRosterNode> {
    return this.#rosterSync.fetch(options);
  }

  /**
   * Puts a contact into the roster, or changes its name and groups; what is not given stays as it is, for which the roster
   * is fetched first where it was not in this session.
   * @throws what `request()` throws.
   */
  updateRoster(
    jid: JID | string,
    { name, groups, ...options }: RequestOptions & { name?: string; groups?: readonly string[] } = {},
  ): Promise<void> {
    return this.#rosterSync.update(jid, { name, groups }, options);
  }

  /** Takes a contact out of the roster, and ends subscriptions both ways. @throws what `request()` throws. */
  delRosterItem(jid: JID | string, options: RequestOptions = {}): Promise<void> {
    return this.#rosterSync.remove(jid, options);
  }

  // Connecting.

  protected override createTransport(): Transport | Promise<Transport> {
    const redirected = this.#redirected;
    this.#redirected = undefined;
    if (!redirected) this.#redirects.clear();
    const { host, port, service } = this.#options;
    return this.#transportTo(redirected ?? this.#named() ?? { host, port, service });
  }

  /** Where the server of the last session wants to see us again. */
  #named(): RedirectTarget | undefined {
    const { place } = this.#negotiation;
    // One of a host and a port is none of a WebSocket.
    if (place === undefined || this.#from.kind === 'websocket') return undefined;
    try {
      const target = this.#redirects.follow(place, this.#from);
      this.#atPlace = true;
      return target;
    } catch (refusal) {
      this.logger.warn(refusal instanceof Error ? refusal.message : String(refusal));
      return undefined;
    }
  }

  #transportTo(where: RedirectTarget): Transport | Promise<Transport> {
    const { tls } = this.#options;
    const { required: _required, ...tlsOptions } = tls ?? {};
    const target: TransportTarget = {
      domain: this.requestedJid.domain,
      kind: 'client',
      ...where,
      tls: tls && tlsOptions,
    };
    const factory = this.#transports.find(target);
    return 'then' in factory ? factory.then((it) => it.create(target)) : factory.create(target);
  }

  protected override async negotiate(link: Link, signal: AbortSignal): Promise<SessionOutcome> {
    const outcome = await this.#negotiation.run(link, signal);
    const { kind, secure } = link.transport;
    this.#from = { kind, secure };
    this.#since = this.clock.monotonic();
    this.#atPlace = false;
    return outcome;
  }

  protected override negotiateOn(
    link: Link,
    signal: AbortSignal,
    replaced: (link: Link) => void,
  ): Promise<SessionOutcome> {
    const host: RedirectHost = {
      negotiate: (current) => this.negotiate(current, signal),
      open: async (target) => {
        const next = await this.openLink(await this.#transportTo(target), signal);
        replaced(next);
        return next;
      },
    };
    return followRedirects(link, this.#redirects, host, signal);
  }

  /**
   * A session that is sent elsewhere is made again there, by the rules for redirects while logging in; where these forbid it, it is made
   * again where it was. So is one for which an attempt at another place failed.
   */
  protected override judge(error: Error, failed: Failed): Verdict {
    const atPlace = this.#atPlace;
    this.#atPlace = false;
    // Whatever went wrong there, the usual way has not been tried.
    if (atPlace && !isRedirect(error)) return 'again';
    if (this.#login.isWrong(error)) return 'final';
    if (failed !== 'session' || !isRedirect(error)) return super.judge(error, failed);
    if (this.clock.monotonic() - this.#since >= SETTLED) this.#redirects.clear();
    try {
      this.#redirected = this.#redirects.follow(error.seeOtherHost, this.#from, error);
      return 'again';
    } catch (refusal) {
      this.logger.warn(refusal instanceof Error ? refusal.message : String(refusal));
      return super.judge(error, failed);
    }
  }

  #makeNegotiation(): ClientNegotiation {
    const negotiation = new ClientNegotiation(
      {
        account: this.requestedJid,
        lang: this.#options.lang,
        requireTls: this.#options.tls?.required !== false,
        hasSession: () => this.hasSession,
        authenticated: (mechanism) => this.#login.succeeded(mechanism),
        bound: (jid) => this.setBoundJid(jid),
        explained: (error) => this.#login.explained(error),
        noLogin: () => this.emit('noAuth', {}),
        registered: (registration) => this.registered(registration),
      },
      this,
    );
    negotiation.add(startTls(() => this.emit('tlsSuccess', {})));
    negotiation.add(this.#login.step());
    const [bind, session] = bindSteps({
      resource: this.requestedJid.resource,
      hadSession: () => this.boundJid !== undefined,
    });
    negotiation.add(bind);
    negotiation.add(session);
    return negotiation;
  }

  #findTransports(given: ClientOptions['transports']): InstalledTransports {
    if (given) return InstalledTransports.only('create' in given ? [given] : given);
    const registered = lookUpAll(this.scope, TransportFactory);
    if (registered) return InstalledTransports.only(registered);
    const { service } = this.#options;
    checkOption('service', service, /^(?:xmpps?|wss?):\/\/./i.test(service ?? ''), 'an xmpps:, xmpp: or wss: address');
    return InstalledTransports.ofPlatform(this);
  }
}

/** The address with the resource that is asked for. */
function addressIn(options: ClientOptions): JID | string {
  const { jid, resource } = knownOptions(options, CLIENT_OPTIONS);
  // What is none is found by the checks of the options.
  return (isResource(resource) ? JID.tryParse(String(jid))?.withResource(resource) : undefined) ?? jid;
}

/** The host of an address such as `xmpps://host:port`. */
function hostOf(service: string | undefined): string | undefined {
  return service && /^\w+:\/\/(\[[^\]]*\]|[^:/]*)/.exec(service)?.[1];
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** STARTTLS is done. */
    tlsSuccess: Record<never, never>;
    /** Logged in. */
    authSuccess: { readonly mechanism: string };
    /** A mechanism was refused. */
    failedAuth: { readonly error: AuthError };
    /** The server offers nothing to log in with that may be used and for which there are credentials. */
    noAuth: Record<never, never>;
  }
}
