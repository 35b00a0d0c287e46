import {
  type Clock,
  ConfigError,
  JID,
  type Random,
  type Registration,
  SystemClock,
  type XmlElement,
} from '@sestina/core';
import { limitsFrom, type TransportTarget } from '@sestina/core/transport';
import { SeededRandom } from '../seeded-random.js';
import { connectionRefused } from '../transport/errors.js';
import type { MemoryEnd } from '../transport/memory-end.js';
import { MemoryTransportFactory } from '../transport/memory-transport-factory.js';
import { asElement } from '../xml/parse.js';
import { Accounts } from './accounts.js';
import { Components } from './components.js';
import { EjabberdSubscriptions } from './ejabberd-subscriptions.js';
import { IqServices } from './iq-services.js';
import { MANNERS, type ServerManners } from './manners.js';
import { Messages } from './messages.js';
import { Negotiation } from './negotiation.js';
import type { ServerParts } from './parts.js';
import { PresenceService } from './presence.js';
import { ProsodySubscriptions } from './prosody-subscriptions.js';
import type { RosterItem } from './roster.js';
import { ITEM_READERS } from './roster-items.js';
import { RosterService } from './roster-service.js';
import { Router } from './router.js';
import type { SaslCondition } from './sasl.js';
import type { ServerSession } from './server-session.js';
import { type ServerLink, ServerStream } from './server-stream.js';
import { Session } from './session.js';
import type { MemoryServerOptions, ServerSettings } from './settings.js';
import { type LoggedStanza, StanzaLog } from './stanza-log.js';
import type { ServerStreamManagement } from './stream-management.js';
import { Subscriptions } from './subscriptions.js';

// As in the core: not every browser has the symbol.
const asyncDisposeKey: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);

/**
 * An XMPP server in memory, for tests: streams, STARTTLS (played), SASL, binding, rosters, presence, messages with offline
 * storage, iq routing, disco, ping, version, and components. Give `server.transports` to a client or a component.
 *
 * It does what the RFCs ask for, deterministically and with no timer while idle. It is no product for the net: passwords
 * lie in memory as they are, nothing is kept on disk, there are no other servers, and nobody has tried to break it.
 */
export class MemoryServer implements AsyncDisposable {
  readonly #settings: ServerSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #parts: ServerParts;
  readonly #sessions = new Set<Session>();
  #sessionCount = 0;
  #stopped = false;
  /** In-memory connections to this server: the `transports` of a client or a component. */
  readonly transports: MemoryTransportFactory;

  declare [Symbol.asyncDispose]: () => Promise<void>;

  static {
    Object.defineProperty(MemoryServer.prototype, asyncDisposeKey, {
      value(this: MemoryServer) {
        return this.stop();
      },
      configurable: true,
      writable: true,
    });
  }

  /** @throws ConfigError for a domain, user name or limit that cannot be. */
  constructor(options: MemoryServerOptions = {}) {
    this.#settings = settingsFrom(options);
    this.#clock = options.clock ?? new SystemClock();
    this.#random = options.random ?? new SeededRandom(1);
    this.#parts = assemble(this.#settings, this.#clock, this.#random, options.logSize ?? 10_000);
    for (const [username, password] of Object.entries(options.users ?? {})) this.addUser(username, password);
    this.transports = new MemoryTransportFactory(this, { clock: this.#clock });
  }

  /** The domain that it serves. */
  get domain(): string {
    return this.#settings.domain;
  }

  /** Every open connection, the oldest first; those that are not logged in too, and sessions that wait to be resumed. */
  get sessions(): readonly ServerSession[] {
    return [...this.#sessions];
  }

  /** The session of a full JID, or the first one of a bare JID or of a component's domain; undefined where there is none. */
  session(jid: JID | string): ServerSession | undefined {
    const wanted = JID.from(jid);
    return this.sessions.find(({ jid: own }) => own?.equals(wanted) || (wanted.isBare && own?.bare.equals(wanted)));
  }

  /** Every stanza that came in or went out, the oldest first; see `logSize`. Print an entry with `String()`. */
  get log(): readonly LoggedStanza[] {
    return this.#parts.log.entries;
  }

  /**
   * Calls back for every stanza that comes in or goes out from now on. Where the callback throws, that session ends with
   * `internal-server-error`.
   */
  onStanza(callback: (entry: LoggedStanza) => void): Registration {
    return this.#parts.log.onStanza(callback);
  }

  /** Makes a user, or gives one another password. @throws ConfigError for a name that is no localpart. */
  addUser(username: string, password: string): void {
    this.#parts.accounts.add(username, password);
  }

  /** Forgets a user with roster and kept messages; the sessions end with `not-authorized`. */
  removeUser(username: string): void {
    const account = this.#parts.accounts.find(username);
    if (!account) return;
    for (const session of [...account.sessions.values()]) session.kick('not-authorized', 'the account was removed');
    this.#parts.accounts.delete(account);
  }

  /** Lets every login of a user fail with that condition, from now on; undefined: lets it work again. */
  refuseLogin(username: string, condition: SaslCondition | undefined): void {
    const name = this.#account(username).username;
    if (condition) this.#settings.refusals.set(name, condition);
    else this.#settings.refusals.delete(name);
  }

  /** A user's roster. */
  roster(username: string): readonly RosterItem[] {
    return this.#account(username).roster.items;
  }

  /**
   * Puts a contact into a user's roster or changes it there, and pushes it. The contact's roster is not touched.
   * @throws ConfigError where there is no such user, or the second argument is no address.
   */
  setRosterItem(username: string, jid: string, change: Partial<Omit<RosterItem, 'jid'>> = {}): void {
    const account = this.#account(username);
    const contact = typeof jid === 'string' ? JID.tryParse(jid)?.bare.full : undefined;
    if (contact === undefined || typeof change !== 'object' || change === null) {
      throw new ConfigError(
        'setRosterItem() takes the name of a user, the address of a contact, and what is new',
        'jid',
      );
    }
    account.roster.update(contact, change);
    this.#parts.rosters.push(account, contact);
  }

  /** Lets two users see each other's presence, as if they had asked and allowed it. */
  befriend(one: string, other: string): void {
    const [a, b] = [this.#account(one), this.#account(other)];
    this.setRosterItem(one, b.bare, { subscription: 'both', ask: false });
    this.setRosterItem(other, a.bare, { subscription: 'both', ask: false });
  }

  /** Routes a stanza as if it had come from another server; it has to have `from` and `to`. @throws ConfigError, XmlTextError */
  inject(xml: string | XmlElement): void {
    const stanza = asElement(xml);
    if (!JID.tryParse(stanza.attribute('from') ?? '') || !JID.tryParse(stanza.attribute('to') ?? '')) {
      throw new ConfigError("a stanza from elsewhere needs the addresses 'from' and 'to'", 'xml');
    }
    this.#parts.router.route(stanza);
  }

  /** Takes the server's end of a connection; `transports` and TCP listeners do that. @throws ConnectError while stopped. */
  accept(link: MemoryEnd | ServerLink, target: TransportTarget = { domain: this.domain, kind: 'client' }): void {
    if (this.#stopped) throw connectionRefused(target);
    const session = new Session(++this.#sessionCount, this.#parts.log);
    this.#sessions.add(session);
    const { domain, limits, maxBacklogBytes } = this.#settings;
    const settings = { domain, limits, maxBacklogBytes, newId: () => this.#random.id() };
    const negotiation = new Negotiation(this.#parts, session, (over) => this.#sessions.delete(over));
    session.attach(new ServerStream(link, settings, negotiation));
    session.stream.start();
  }

  /** Whether it refuses connections. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Ends every connection with `system-shutdown` and refuses new ones. Users, rosters and kept messages stay.
   * @param options.keepSessions Those that can be resumed (XEP-0198) stay too. Default false.
   */
  async stop({ keepSessions = false }: { keepSessions?: boolean } = {}): Promise<void> {
    this.#stopped = true;
    for (const session of [...this.#sessions]) {
      if (session.kept && keepSessions) continue;
      session.keptAtEnd = keepSessions;
      session.kick('system-shutdown');
    }
    if (!keepSessions) this.#parts.accounts.forgetSessions();
    await new Promise<void>((resolve) => this.#clock.nextTurn(resolve));
  }

  /** Takes connections again after `stop()`. */
  async start(): Promise<void> {
    this.#stopped = false;
  }

  #account(username: string) {
    const account = this.#parts.accounts.find(username);
    if (!account) throw new ConfigError(`there is no user '${username}': addUser() makes one`, 'username');
    return account;
  }
}

const SUBSCRIPTIONS: Readonly<Record<ServerManners, typeof Subscriptions>> = {
  rfc: Subscriptions,
  prosody: ProsodySubscriptions,
  ejabberd: EjabberdSubscriptions,
};

function assemble(settings: ServerSettings, clock: Clock, random: Random, logSize: number): ServerParts {
  const { domain, as, manners } = settings;
  const accounts = new Accounts(domain);
  const components = new Components(settings, random);
  const router = new Router(settings, accounts, components);
  const messages = new Messages(settings, clock, router);
  const subscriptions = new SUBSCRIPTIONS[as](router, accounts, manners, (account, contact) =>
    rosters.push(account, contact),
  );
  const rosters = new RosterService({ random, manners, subscriptions, readItem: ITEM_READERS[as] });
  const presence = new PresenceService({ domain, manners, clock, accounts, messages, subscriptions, outlet: router });
  const services = new IqServices(settings, rosters, router);
  router.serve({ services, presence, messages });
  return {
    settings,
    clock,
    random,
    log: new StanzaLog(logSize),
    accounts,
    components,
    router,
    presence,
    rosters,
    services,
  };
}

function settingsFrom(options: MemoryServerOptions): ServerSettings {
  const domain = domainOf(options.domain ?? 'localhost', 'domain');
  const components = Object.entries(options.components ?? {}).map(
    ([name, secret]) => [domainOf(name, 'components'), secret] as const,
  );
  const { as = 'rfc' } = options;
  if (!Object.hasOwn(MANNERS, as)) throw new ConfigError("'as' is one of rfc, prosody, ejabberd", 'as');
  return {
    domain,
    as,
    manners: MANNERS[as],
    components: new Map(components),
    mechanisms: options.mechanisms,
    starttls: options.starttls ?? 'required',
    componentConflict: options.componentConflict ?? 'allow',
    streamManagement: streamManagementFrom(options.streamManagement ?? false),
    limits: limitsFrom(options.limits),
    iterations: options.iterations ?? 4_096,
    offlineMessages: options.offlineMessages ?? 100,
    maxBacklogBytes: options.maxBacklogBytes ?? 16 * 1_048_576,
    refusals: new Map(),
  };
}

function streamManagementFrom(option: boolean | ServerStreamManagement): ServerSettings['streamManagement'] {
  if (option === false) return undefined;
  const { resume = true, max = 300, requestEvery = 5, maxUnacked = 1_000 } = option === true ? {} : option;
  for (const [name, value] of Object.entries({ max, requestEvery, maxUnacked })) {
    if (!(value > 0)) throw new ConfigError(`streamManagement.${name} has to be a positive number`, 'streamManagement');
  }
  return { resume, max, requestEvery, maxUnacked };
}

function domainOf(text: string, option: string): string {
  const jid = JID.tryParse(text);
  if (!jid || jid.local !== undefined || jid.resource !== undefined) {
    throw new ConfigError(`'${text}' is no domain`, option);
  }
  return jid.domain;
}
