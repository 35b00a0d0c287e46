import {
  BaseXMPP,
  ConfigError,
  type ElementView,
  type JID,
  Presence,
  type PresenceInit,
  type Sending,
  type SendOptions,
  StreamError,
  type XMPPOptions,
  type XmlElement,
} from '@sestina/core';
import {
  booleanOption,
  checkOption,
  connectOptions,
  JidParser,
  knownOptions,
  type Link,
  lookUpAll,
  NS_CLIENT,
  NS_COMPONENT,
  type RosterPolicies,
  type SessionOutcome,
  XMPP_OPTIONS,
} from '@sestina/core/connection';
import { type Transport, TransportFactory, type TransportTarget } from '@sestina/core/transport';
import { defaultTransports } from '@sestina/tcp/transports';
import { AddressListeners } from './address-listeners.js';
import { ComponentAddress } from './component-address.js';
import { ComponentConflictError, HandshakeError } from './errors.js';
import { handshake } from './handshake.js';
import { ComponentRoster } from './roster/component-roster.js';
import { PresenceFeed } from './roster/presence-feed.js';

/** Options of a `ComponentXMPP`. */
export interface ComponentOptions extends XMPPOptions {
  /** The domain that the server gives to this component, `echo.example.org`. */
  readonly jid: JID | string;
  /** What the server's configuration has for it too. */
  readonly secret: string | undefined;
  /** Default `localhost`. */
  readonly host?: string | undefined;
  /** Default 5347. */
  readonly port?: number | undefined;
  /** Speak `jabber:client` on the stream, for servers that want it. Default false. */
  readonly useJabberClient?: boolean | undefined;
  /**
   * The protocol has no encryption, so that a host other than this machine has to be allowed by name (XEP-0114 §5).
   * Default false. Transports of your own that encrypt need no such permission.
   */
  readonly allowRemotePlaintext?: boolean | undefined;
  /**
   * Addresses at which strangers may subscribe by themselves (`autoAuthorize`), where no store keeps the rosters; further ones get
   * `resource-constraint`. Those that the program has asked for, `as(jid).roster`, have no limit. They may take 2 KiB each on the
   * average, so that there are fewer of those with very long addresses. Default 5,000.
   */
  readonly maxOwners?: number | undefined;
  /**
   * Contacts that strangers may make by subscribing (`autoAuthorize`): of one address where a store keeps the rosters, of all addresses
   * together where none does. Further ones get `resource-constraint`. Default 20,000.
   */
  readonly maxSubscribers?: number | undefined;
  /** What can connect. Default: TCP. */
  readonly transports?: TransportFactory | readonly TransportFactory[] | undefined;
}

/** The names of them all; the compiler says when one is missing. */
const COMPONENT_OPTIONS = {
  ...XMPP_OPTIONS,
  allowRemotePlaintext: true,
  host: true,
  jid: true,
  maxOwners: true,
  maxSubscribers: true,
  port: true,
  secret: true,
  transports: true,
  useJabberClient: true,
} as const satisfies Readonly<Record<keyof ComponentOptions, unknown>>;

/** A component: one stream to a server that speaks for every address of a domain (XEP-0114). */
export class ComponentXMPP extends BaseXMPP {
  static override readonly name: string = 'ComponentXMPP';
  override readonly isComponent = true;
  /** Who is subscribed to the addresses of this component, and who of them is there. */
  declare readonly roster: ComponentRoster;
  readonly #options: Omit<ComponentOptions, 'secret'>;
  readonly #transports: readonly TransportFactory[];
  readonly #secret: () => string;
  readonly #jids = new JidParser();
  readonly #listeners = new AddressListeners(this);
  readonly #feed = new PresenceFeed({
    clock: this.clock,
    sendQueue: this.sendQueue,
    send: (presence, options) => super.sendDecorated(presence, options),
    onWritten: (callback) => this.onWritten(callback),
    unsent: (presence, error) => this.refuse(presence, error),
    callbackFailed: (error) => this.reportError(error, 'callback of presence that was sent'),
  });

  /** @throws ConfigError for options that cannot work. */
  constructor(options: ComponentOptions) {
    super(knownOptions(options, COMPONENT_OPTIONS).jid, options);
    booleanOption('useJabberClient', options.useJabberClient);
    booleanOption('allowRemotePlaintext', options.allowRemotePlaintext);
    connectOptions(options);
    const { secret, maxOwners, maxSubscribers, ...rest } = options;
    for (const [name, value] of Object.entries({ maxOwners, maxSubscribers })) {
      checkOption(name, value, Number.isSafeInteger(value) && Number(value) > 0, 'a whole number from 1');
    }
    // In the closure only: printing this object must not show it.
    this.#options = rest;
    const { local, resource } = this.requestedJid;
    if (local || resource)
      throw new ConfigError(`a component has a domain, not an address: "${this.requestedJid}"`, 'jid');
    if (typeof secret !== 'string' || secret === '') {
      throw new ConfigError("secret has to be what the server's configuration has for this component", 'secret');
    }
    this.#secret = () => secret;
    this.roster.delivery = this.#feed;
    if (maxOwners !== undefined) this.roster.maxOwners = maxOwners;
    if (maxSubscribers !== undefined) this.roster.maxSubscribers = maxSubscribers;
    const { transports } = options;
    // Transports that are given may encrypt: what they do is looked at once they are open.
    if (!transports) this.#refusePlaintext(false);
    if (transports) this.#transports = 'create' in transports ? [transports] : transports;
    else this.#transports = lookUpAll(this.scope, TransportFactory) ?? defaultTransports(this);
  }

  protected override createRoster(policies: RosterPolicies): ComponentRoster {
    return new ComponentRoster(this, policies);
  }

  #refusePlaintext(secure: boolean): void {
    const { host = 'localhost', allowRemotePlaintext } = this.#options;
    if (secure || allowRemotePlaintext || isLoopback(host)) return;
    throw new ConfigError(
      `the component protocol has no encryption, and ${host} is another machine: set allowRemotePlaintext where the way there is safe`,
      'host',
    );
  }

  protected override createTransport(): Transport {
    const target: TransportTarget = {
      domain: this.requestedJid.domain,
      kind: 'component',
      host: this.#options.host ?? 'localhost',
      port: this.#options.port ?? 5347,
    };
    const factory = this.#transports.find((candidate) => candidate.supports(target));
    if (!factory)
      throw new ConfigError('no transport is installed that can reach a server: pass one in transports', 'transports');
    return factory.create(target);
  }

  protected override async negotiate(link: Link): Promise<SessionOutcome> {
    this.#refusePlaintext(link.transport.secure);
    const contentNamespace = this.#options.useJabberClient ? NS_CLIENT : NS_COMPONENT;
    const { domain } = this.requestedJid;
    try {
      const header = await link.openStream(
        { to: domain, contentNamespace, lang: this.#options.lang },
        { contentNamespace, from: domain, versioned: false },
      );
      link.step('the handshake of the component');
      await handshake(link, header.id ?? '', this.#secret());
    } catch (error) {
      throw explained(error, domain);
    }
    this.setBoundJid(this.requestedJid);
    return 'new';
  }

  /**
   * The component as one of its addresses, bare or full. A view: make one where you need it, by the thousand.
   * @throws ConfigError for an address in another domain, or none.
   */
  as(jid: JID | string): ComponentAddress {
    const address = typeof jid === 'string' ? this.#jids.tryParse(jid) : jid;
    const { domain } = this.requestedJid;
    if (address?.domain !== domain) throw new ConfigError(`"${jid}" is no address of the component ${domain}`, 'jid');
    return new ComponentAddress(this, this.#listeners, address);
  }

  /**
   * Asks for a subscription, or sends another of the four subscription types, to the bare JID; the roster of the address that it
   * is `from` changes accordingly. With anything else in `init` it is only sent, and the roster knows nothing of it.
   * @throws ConfigError for a `from` in another domain.
   */
  override sendPresenceSubscription(
    to: JID | string,
    type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed' = 'subscribe',
    init: PresenceInit = {},
  ): Sending {
    const { from, ...more } = init;
    if (Object.keys(more).length > 0) return super.sendPresenceSubscription(to, type, init);
    return this.as(from ?? this.requestedJid).sendPresenceSubscription(to, type);
  }

  /**
   * A component's stanzas say whom they are from; without a `from` it is the component itself. Presence without a `to` goes to
   * those who are subscribed to that address, one by one: no server knows them.
   */
  override send(stanza: ElementView, options?: SendOptions): Sending {
    const { xml } = stanza;
    if (xml.namespace === NS_CLIENT && !xml.readOnly && xml.attribute('from') === undefined) {
      xml.setAttribute('from', this.requestedJid.toString());
    }
    if (stanza instanceof Presence && isBroadcast(xml)) {
      return this.roster.of(stanza.from).broadcast(stanza, options);
    }
    if (stanza instanceof Presence) this.#feed.overtakes(stanza);
    return super.send(stanza, options);
  }

  /** @internal */
  override sendDecorated(presence: Presence, options?: SendOptions): Sending {
    this.#feed.overtakes(presence);
    return super.sendDecorated(presence, options);
  }

  protected override sessionLost(reason: Error): void {
    super.sessionLost(reason);
    this.enqueue(() => this.#feed.end(reason));
  }

  protected override accept(element: XmlElement, link: Link): boolean {
    if (element.namespace !== NS_CLIENT) return super.accept(element, link);
    if (element.attribute('from') === undefined) {
      // From what is no address, as an answer to a sign of life that was asked for.
      if (element.name === 'iq' && element.attribute('type') === 'error') return false;
      // Nobody could be answered (RFC 6120 §4.9.3.7), and one stray stanza is no reason to end the session of all addresses.
      if (!isStanzaKind(element.name)) return super.accept(element, link);
      this.dropped('a stanza without from');
      return false;
    }
    const to = this.#jids.tryParse(element.attribute('to') ?? '');
    if (to && to.domain !== this.requestedJid.domain) {
      // An answer would have to come from that domain, for which servers end the stream.
      this.dropped('a stanza for another domain than that of this component');
      return false;
    }
    return super.accept(element, link);
  }
}

/** What the server's word against a component means. */
function explained(error: unknown, domain: string): unknown {
  if (!(error instanceof StreamError) || error.origin !== 'peer') return error;
  switch (error.condition) {
    case 'not-authorized':
      return new HandshakeError(domain, { cause: error });
    case 'conflict':
      return new ComponentConflictError(domain, { cause: error });
    default:
      return error;
  }
}

function isStanzaKind(name: string): boolean {
  return name === 'iq' || name === 'message' || name === 'presence';
}

function isBroadcast(presence: XmlElement): boolean {
  const type = presence.attribute('type');
  return presence.attribute('to') === undefined && (type === undefined || type === 'unavailable');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
