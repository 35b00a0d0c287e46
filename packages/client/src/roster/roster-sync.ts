import {
  type BaseXMPP,
  JID,
  type Registration,
  type RequestOptions,
  StanzaError,
  StanzaValueError,
  Storage,
} from '@sestina/core';
import { type ContactChanges, entryWeight, type RosterEntry } from '@sestina/core/connection';
import { LruMap, within } from '@sestina/core/util';
import { RosterItemElement, RosterQuery } from '../stanza/roster.js';
import type { ClientRoster } from './client-roster.js';
import { type ClientRosterNode, MAX_ROSTER_BYTES, type RosterEditor } from './client-roster-node.js';
import { readStored, writeStored } from './stored-roster.js';

const MAX_DROPPED = 1_000;

/** Keeps the roster of a client like the server's (RFC 6121 §2): fetch, pushes, changes, versions. */
export class RosterSync implements RosterEditor {
  readonly #xmpp: BaseXMPP;
  readonly #roster: ClientRoster;
  readonly #versioned: () => boolean;
  readonly #storage: Storage;
  /** Who was taken out by pushes before the roster was known. */
  readonly #dropped = new LruMap<string, true>({ maxEntries: MAX_DROPPED });
  #unsaved: ClientRosterNode | undefined;
  #saving: Promise<void> | undefined;

  /** @param versioned Whether the server of this session has roster versions (RFC 6121 §2.6). */
  constructor(xmpp: BaseXMPP, roster: ClientRoster, versioned: () => boolean) {
    this.#xmpp = xmpp;
    this.#roster = roster;
    this.#versioned = versioned;
    this.#storage = xmpp.scope.resolve<Storage>(Storage as never);
    roster.editor = this;
  }

  /** Takes in pushes. */
  listen(): Registration {
    return this.#xmpp.onIq('set', RosterQuery, (query, iq) => this.#pushed(query, iq.from));
  }

  get node(): ClientRosterNode {
    return this.#roster.of();
  }

  async fetch(options: RequestOptions = {}): Promise<ClientRosterNode> {
    const { node } = this;
    const versioned = this.#versioned();
    if (versioned && node.version === undefined && !node.loaded) await this.#load(node, options);
    const query = new RosterQuery(versioned ? { version: node.version ?? '' } : {});
    const result = await this.#xmpp.iqGet(undefined, query, options);
    // What is kept of it holds on to nothing of what it was read from.
    const answer = result.payload(RosterQuery)?.compact();
    // An empty result: nothing has changed since the version that we have.
    if (answer) {
      node.apply(this.#entries(answer.items), true);
      node.version = answer.version;
    }
    node.fetched();
    this.#dropped.clear();
    if (answer) this.#save(node);
    return node;
  }

  async update(jid: JID | string, { name, groups }: ContactChanges, options: RequestOptions = {}): Promise<void> {
    const { node } = this;
    // What is not given is written as it is: so it has to be known.
    if (!node.fresh && (name === undefined || groups === undefined)) await this.fetch(options);
    const known = node.get(jid);
    const item = new RosterItemElement({
      jid: known?.jid ?? JID.from(jid).bare,
      name: (name ?? known?.name) || undefined,
      // As they are read: some servers refuse doubled and empty ones.
      groups: new Set((groups ?? known?.groups ?? []).filter((group) => group !== '')),
    });
    await this.#set(item, options);
  }

  async remove(jid: JID | string, options: RequestOptions = {}): Promise<void> {
    const address = this.node.get(jid)?.jid ?? JID.from(jid).bare;
    await this.#set(new RosterItemElement({ jid: address, subscription: 'remove' }), options);
  }

  async #set(item: RosterItemElement, options: RequestOptions): Promise<void> {
    await this.#xmpp.iqSet(undefined, new RosterQuery({ items: [item] }), options);
    // The push that tells of it may come before the result or after; whoever awaited this sees the change in any case.
    const { node } = this;
    const { jid, name = '', groups } = item;
    const known = node.get(jid);
    if (item.subscription === 'remove') {
      node.drop(jid);
    } else if (!known?.inRoster || known.name !== name || !sameSet(known.groups, groups)) {
      const { subscription, ask, approved } = known ?? {};
      node.apply([{ jid, name, groups, subscription, ask, approved }]);
    }
  }

  #pushed(query: RosterQuery, from: JID | undefined): void {
    const own = this.#xmpp.boundJid?.bare;
    // RFC 6121 §2.1.6: nobody but our own account may change our roster (CVE-2015-8688).
    if (from && !(own && from.equals(own))) throw new StanzaError('service-unavailable');
    const [item, second] = [...query.items];
    if (!item || second) throw new StanzaError('bad-request', { text: 'a roster push has exactly one item' });
    const { node } = this;
    const { jid } = item;
    if (item.subscription === 'remove') {
      node.drop(jid);
      if (!node.loaded) this.#dropped.set(jid.full, true);
    } else {
      const entry = entryOf(item.compact());
      if (!node.hasRoomFor(entry)) throw new StanzaError('resource-constraint', { text: 'the roster is too large' });
      node.apply([entry]);
      this.#dropped.delete(jid.full);
    }
    // A version stands for all that came before it: of a list that was not fetched it says nothing.
    if (!node.fresh) return;
    node.version = query.compact().version ?? node.version;
    this.#save(node);
  }

  *#entries(items: Iterable<RosterItemElement>): IterableIterator<RosterEntry> {
    let left = MAX_ROSTER_BYTES;
    for (const item of items) {
      try {
        const entry = entryOf(item);
        left -= entryWeight(entry);
        if (left < 0) {
          this.#xmpp.logger.warn('the roster is too large: the rest of its contacts is left out');
          return;
        }
        yield entry;
      } catch (error) {
        if (!(error instanceof StanzaValueError)) throw error;
        this.#xmpp.logger.warn(`a contact of the roster was left out: ${error.message}`);
      }
    }
  }

  // Storing it.

  async #load(node: ClientRosterNode, options: RequestOptions): Promise<void> {
    let text: string | undefined;
    try {
      const { timeout = this.#xmpp.timeout, signal } = options;
      const what = 'reading the stored roster';
      text = await within(this.#xmpp.clock, this.#storage.get(keyOf(node)), { what, timeout, signal });
    } catch (error) {
      options.signal?.throwIfAborted();
      this.#xmpp.logger.warn('the stored roster could not be read and is fetched anew', { error });
    }
    if (text === undefined) return;
    try {
      const { version, items } = readStored(text);
      // What was pushed in this session is later than what an earlier one has stored.
      node.apply(items.filter(({ jid }) => !node.isContact(jid) && !this.#dropped.has(jid.full)));
      node.version = version;
    } catch (error) {
      // A cache that is damaged costs one full fetch, which stores a good one.
      this.#xmpp.logger.warn('the stored roster is damaged: it is removed, and fetched anew', { error });
      this.#storage.delete(keyOf(node)).catch((reason: unknown) => {
        this.#xmpp.logger.warn('the damaged roster could not be removed from the storage', { error: reason });
      });
    }
  }

  /** Keeps it; while that is going on, all further changes are kept in one go. */
  #save(node: ClientRosterNode): void {
    if (!this.#versioned() || node.version === undefined) return;
    this.#unsaved = node;
    this.#saving ??= this.#saveAll().finally(() => {
      this.#saving = undefined;
    });
  }

  async #saveAll(): Promise<void> {
    for (let node = this.#unsaved; node; node = this.#unsaved) {
      this.#unsaved = undefined;
      try {
        const text = writeStored({ version: node.version ?? '', items: [...node] });
        await this.#storage.set(keyOf(node), text);
      } catch (error) {
        this.#xmpp.logger.warn('the roster could not be stored', { error });
      }
    }
  }
}

function keyOf(node: ClientRosterNode): string {
  return `roster/${node.owner}`;
}

function entryOf(item: RosterItemElement): RosterEntry {
  const { subscription } = item;
  return {
    jid: item.jid,
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
