import {
  type BaseXMPP,
  type JID,
  type Registration,
  type RequestOptions,
  type RosterEntry,
  type RosterNode,
  StanzaError,
  StanzaValueError,
  Storage,
  TimeoutError,
} from '@sestina/core';
import { RosterItemElement, RosterQuery } from './stanza/roster.js';

interface Stored {
  readonly version: string;
  readonly items: readonly StoredItem[];
}

interface StoredItem {
  readonly jid: string;
  readonly name?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly subscription?: 'both' | 'from' | 'none' | 'to' | undefined;
  readonly ask?: boolean | undefined;
  readonly approved?: boolean | undefined;
}

/** Keeps the roster of a client like the server's (RFC 6121 §2): fetch, pushes, changes, versions. */
export class RosterSync {
  readonly #xmpp: BaseXMPP;
  readonly #storage: Storage;
  #versioned = false;
  #unsaved: RosterNode | undefined;
  #saving: Promise<void> | undefined;

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
    this.#storage = xmpp.scope.resolve<Storage>(Storage as never);
  }

  /** Whether the server has roster versions (RFC 6121 §2.6); said anew at each login. */
  set versioned(offered: boolean) {
    this.#versioned = offered;
  }

  /** Takes in pushes. */
  listen(): Registration {
    return this.#xmpp.onIq('set', RosterQuery, (query, iq) => this.#pushed(query, iq.from));
  }

  async fetch(options: RequestOptions): Promise<RosterNode> {
    const node = this.node;
    if (this.#versioned && node.version === undefined) await this.#load(node, options);
    const query = new RosterQuery(this.#versioned ? { version: node.version ?? '' } : {});
    const result = await this.#xmpp.iqGet(undefined, query, undefined, options);
    const answer = result.payload(RosterQuery);
    // An empty result: nothing has changed since the version that we have.
    if (!answer) return node;
    node.apply(this.#entries(answer.items), true);
    node.version = answer.version;
    this.#save(node);
    return node;
  }

  async set(item: RosterItemElement, options: RequestOptions = {}): Promise<void> {
    await this.#xmpp.iqSet(undefined, new RosterQuery({ items: [item] }), undefined, options);
    // The push that tells of it may come before the result or after; whoever awaited this sees the change in any case.
    const node = this.node;
    const { jid, name = '', groups } = item;
    const known = node.get(jid);
    if (item.subscription === 'remove') {
      if (known?.inRoster) node.drop([jid]);
    } else if (!known?.inRoster || known.name !== name || !sameSet(known.groups, groups)) {
      const { subscription, ask, approved } = known ?? {};
      node.apply([{ jid, name, groups, subscription, ask, approved }]);
    }
  }

  get node(): RosterNode {
    const node = this.#xmpp.roster.of();
    node.editor ??= {
      update: ({ jid, name, groups }) => this.set(new RosterItemElement({ jid, name, groups: groups ?? [] })),
      remove: (jid) => this.set(new RosterItemElement({ jid, subscription: 'remove' })),
    };
    return node;
  }

  #pushed(query: RosterQuery, from: JID | undefined): void {
    const own = this.#xmpp.boundJid?.bare;
    // RFC 6121 §2.1.6: nobody but our own account may change our roster (CVE-2015-8688).
    if (from && !(own && from.equals(own))) throw new StanzaError('service-unavailable');
    const [item, second] = [...query.items];
    if (!item || second) throw new StanzaError('bad-request', { text: 'a roster push has exactly one item' });
    const node = this.node;
    const entry = entryOf(item);
    if (item.subscription === 'remove') node.drop([entry.jid]);
    else node.apply([entry]);
    node.version = query.version ?? node.version;
    this.#save(node);
  }

  *#entries(items: Iterable<RosterItemElement>): IterableIterator<RosterEntry> {
    for (const item of items) {
      try {
        yield entryOf(item);
      } catch (error) {
        if (!(error instanceof StanzaValueError)) throw error;
        this.#xmpp.logger.warn(`a contact of the roster was left out: ${error.message}`);
      }
    }
  }

  async #load(node: RosterNode, options: RequestOptions): Promise<void> {
    try {
      const text = await this.#patiently(this.#storage.get(keyOf(node)), options);
      if (text === undefined) return;
      const { version, items } = JSON.parse(text) as Stored;
      const entries = items.map((item) =>
        entryOf(new RosterItemElement({ ...item, ask: item.ask ? 'subscribe' : undefined })),
      );
      node.apply(entries, true);
      node.version = version;
    } catch (error) {
      options.signal?.throwIfAborted();
      // A cache that cannot be read costs one full fetch.
      this.#xmpp.logger.warn('the stored roster could not be read and is fetched anew', { error });
    }
  }

  #patiently<T>(read: Promise<T>, { timeout = this.#xmpp.timeout, signal }: RequestOptions): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        act();
      };
      const onAbort = (): void => settle(() => reject(signal?.reason));
      const late = (): void => settle(() => reject(new TimeoutError('reading the stored roster', timeout)));
      const timer = this.#xmpp.clock.setTimer(timeout, late);
      signal?.addEventListener('abort', onAbort);
      if (signal?.aborted) onAbort();
      read.then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error)),
      );
    });
  }

  /** Keeps it; while that is going on, all further changes are kept in one go. */
  #save(node: RosterNode): void {
    if (!this.#versioned || node.version === undefined) return;
    this.#unsaved = node;
    this.#saving ??= this.#saveAll().finally(() => {
      this.#saving = undefined;
    });
  }

  async #saveAll(): Promise<void> {
    for (let node = this.#unsaved; node; node = this.#unsaved) {
      this.#unsaved = undefined;
      try {
        await this.#storage.set(keyOf(node), textOf(node));
      } catch (error) {
        this.#xmpp.logger.warn('the roster could not be stored', { error });
      }
    }
  }
}

function keyOf(node: RosterNode): string {
  return `roster/${node.owner}`;
}

function textOf(node: RosterNode): string {
  const items: StoredItem[] = [...node].map(({ jid, name, groups, subscription, ask, approved }) => ({
    jid: jid.toString(),
    name,
    groups,
    subscription,
    ask,
    approved,
  }));
  return JSON.stringify({ version: node.version ?? '', items } satisfies Stored);
}

function entryOf(item: RosterItemElement): RosterEntry {
  const { subscription } = item;
  return {
    jid: item.jid.bare,
    name: item.name,
    groups: item.groups,
    subscription: subscription === 'remove' ? 'none' : subscription,
    ask: item.ask === 'subscribe',
    approved: item.approved,
  };
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}
