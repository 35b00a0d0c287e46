import { BaseXMPP, type ElementView, JID, Plugin, type RequestOptions } from '@sestina/core';
import { SharedLookups } from '@sestina/core/util';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { TooManyBlockedError } from './errors.js';
import { Block, BlockItem, Blocklist, NS_BLOCKING, PrivacyPush, Unblock } from './stanza.js';

/** Others are blocked, or are not any more. */
export interface BlocklistChange {
  readonly blocked: readonly JID[];
  readonly unblocked: readonly JID[];
  /** Whether nobody is blocked any more. */
  readonly all: boolean;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /**
     * The block list is not what it was (XEP-0191): by us, by another device of the account, or when it was fetched. Who listens before
     * the session begins has it fetched then.
     */
    blocklistChanged: BlocklistChange;
  }
}

/** Options of `block()`. */
export interface BlockOptions extends RequestOptions {
  /** For other plugins: what stands beside each of these addresses in the command, as a report does (XEP-0377). */
  readonly beside?: ((jid: JID) => ElementView | undefined) | undefined;
}

const MAX_BLOCKED = 10_000;
// Characters of all of them: usual ones have 30.
const MAX_SIZE = 1_048_576;

/** XEP-0191: Blocking Command, version 1.3. Has the server keep away what some addresses send, and what is for them. */
export class Blocking extends Plugin {
  static override readonly id = 'xep-0191';
  static override readonly inject = [BaseXMPP, ServiceDiscovery] as const;
  // A component gets all that is for it: it is its own server.
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #lookups: SharedLookups;
  /** As it was last, by address. */
  #blocked: ReadonlyMap<string, JID> = new Map();
  /** Whether that is so in this session. */
  #known = false;
  #wanted = false;

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery) {
    super();
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#lookups = new SharedLookups(xmpp.clock);
    // Of nobody else: a contact would say who is blocked.
    const from = { from: 'account' } as const;
    this.own(
      xmpp.onIq('set', Block, ({ items }) => this.#blockedNow(addressesOf(items)), from),
      xmpp.onIq('set', Unblock, ({ items }) => this.#unblockedNow(items), from),
      xmpp.onIq('set', PrivacyPush, () => this.#pushedOtherwise(), from),
    );
  }

  override async sessionStart(signal: AbortSignal): Promise<void> {
    this.#wanted ||= this.#xmpp.listenerCount('blocklistChanged') > 0;
    if (!this.#wanted) return;
    try {
      await this.#fetch({ signal });
    } catch {
      // A server without it, most often. Who asks is told why.
      signal.throwIfAborted();
    }
  }

  override sessionEnd(): void {
    this.#known = false;
  }

  /** Whether the server has it. @throws what `ServiceDiscovery.supports()` throws. */
  supported(options: RequestOptions = {}): Promise<boolean> {
    return this.untilRemoved(options.signal, (signal) =>
      this.#disco.supports(this.#xmpp.serverDomain, NS_BLOCKING, { ...options, signal }),
    );
  }

  /**
   * The addresses that are blocked, as text. Fetched once in a session, and kept by what the server says of changes from then on.
   * @throws StanzaError where the server has no block lists. TooManyBlockedError for more than 10,000. What `request()` throws.
   */
  list(options: RequestOptions = {}): Promise<ReadonlySet<string>> {
    return this.untilRemoved(options.signal, async (signal) => {
      await this.#ensure({ ...options, signal });
      return new Set(this.#blocked.keys());
    });
  }

  /**
   * Whether an address is blocked: itself, the account that it belongs to, or its domain. Undefined where the list has not been fetched
   * in this session.
   * @throws JidError for what is no address.
   */
  isBlocked(jid: JID | string): boolean | undefined {
    if (!this.#known) return undefined;
    const address = JID.from(jid);
    return [address.full, address.bare.full, address.domain].some((text) => this.#blocked.has(text));
  }

  /**
   * Has addresses blocked: a resource, an account, a domain with all of its people.
   * @throws TypeError for none. JidError for what is no address. As `list()`.
   */
  block(jids: JID | string | readonly (JID | string)[], options: BlockOptions = {}): Promise<void> {
    return this.#change(Block, jids, options, (addresses) => this.#blockedNow(addresses));
  }

  /**
   * Has addresses blocked no more. They are those on the list: an account of a domain that is blocked stays blocked.
   * @throws TypeError for none: on the wire that would mean all, for which there is `unblockAll()`. Else as `block()`.
   */
  unblock(jids: JID | string | readonly (JID | string)[], options: RequestOptions = {}): Promise<void> {
    return this.#change(Unblock, jids, options, (addresses) => this.#unblockedOf(addresses));
  }

  /** Has nobody blocked any more. @throws as `block()`. */
  unblockAll(options: RequestOptions = {}): Promise<void> {
    return this.untilRemoved(options.signal, async (signal) => {
      await this.#ask(new Unblock(), { ...options, signal });
      this.#apply(new Map());
    });
  }

  #change(
    Command: typeof Block | typeof Unblock,
    jids: JID | string | readonly (JID | string)[],
    { beside, ...options }: BlockOptions,
    done: (addresses: readonly JID[]) => void,
  ): Promise<void> {
    return this.untilRemoved(options.signal, async (signal) => {
      const addresses = (Array.isArray(jids) ? jids : [jids]).map((jid) => JID.from(jid));
      if (addresses.length === 0) throw new TypeError('no address was given: unblockAll() is for all of them');
      const items = addresses.map((jid) => {
        const item = new BlockItem({ jid });
        const more = beside?.(jid);
        if (more) item.xml.append(more.xml);
        return item;
      });
      await this.#ask(new Command({ items }), { ...options, signal });
      done(addresses);
    });
  }

  async #ask(command: ElementView, options: RequestOptions): Promise<void> {
    // Before, and not after (XEP-0191 §3.2): what we change is told as a change.
    await this.#ensure(options);
    await this.#xmpp.iqSet(undefined, command, options);
  }

  #ensure(options: RequestOptions): Promise<void> {
    this.#wanted = true;
    return this.#known ? Promise.resolve() : this.#fetch(options);
  }

  #fetch(options: RequestOptions): Promise<void> {
    const { timeout = this.#xmpp.timeout, signal } = options;
    return this.#lookups.ask('list', (stop) => this.#take(stop), { what: 'the block list', timeout, signal });
  }

  async #take(signal: AbortSignal): Promise<void> {
    const { items } = await this.#xmpp.iqGet(undefined, new Blocklist(), { answer: Blocklist, signal });
    const next = byAddress(addressesOf(items));
    if (items.length > MAX_BLOCKED || sizeOf(next) > MAX_SIZE) throw new TooManyBlockedError(items.length, MAX_BLOCKED);
    this.#known = true;
    this.#apply(next);
  }

  #blockedNow(addresses: readonly JID[]): void {
    this.#apply(new Map([...this.#blocked, ...byAddress(addresses)]));
  }

  #unblockedNow(items: Unblock['items']): void {
    // What cannot be read is not all.
    if (items.length === 0) this.#apply(new Map());
    else this.#unblockedOf(addressesOf(items));
  }

  #unblockedOf(addresses: readonly JID[]): void {
    const gone = byAddress(addresses);
    this.#apply(new Map([...this.#blocked].filter(([text]) => !gone.has(text))));
  }

  /** Another device uses privacy lists: whether they have changed who is blocked, the list alone tells (XEP-0191 §5). */
  #pushedOtherwise(): void {
    if (this.#known) this.#fetch({ signal: this.lifetime }).catch(() => {});
  }

  /** Takes the place of what was, and tells the difference. What comes twice, as a push and as a result, changes nothing then. */
  #apply(next: ReadonlyMap<string, JID>): void {
    const before = this.#blocked;
    if (next.size > MAX_BLOCKED || sizeOf(next) > MAX_SIZE) {
      this.#xmpp.logger.warn(`more than ${MAX_BLOCKED} addresses are blocked, which are not kept here`);
      this.#known = false;
      return;
    }
    this.#blocked = next;
    const blocked = [...next].filter(([text]) => !before.has(text)).map(([, jid]) => jid);
    const unblocked = [...before].filter(([text]) => !next.has(text)).map(([, jid]) => jid);
    if (blocked.length + unblocked.length === 0) return;
    this.#xmpp.emit('blocklistChanged', { blocked, unblocked, all: next.size === 0 });
  }
}

function addressesOf(items: Block['items']): readonly JID[] {
  return [...items].flatMap(({ jid }) => jid ?? []);
}

/** The characters of the addresses. */
function sizeOf(addresses: ReadonlyMap<string, JID>): number {
  let size = 0;
  for (const text of addresses.keys()) size += text.length;
  return size;
}

function byAddress(addresses: readonly JID[]): ReadonlyMap<string, JID> {
  return new Map(addresses.map((jid) => [jid.full, jid]));
}
