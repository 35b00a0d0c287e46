import type { XmlElement } from '@sestina/core';

/** Who sees whose presence: `to`: the user sees the contact's; `from`: the contact sees the user's (RFC 6121 §2.1.2.5). */
export type Subscription = 'none' | 'to' | 'from' | 'both';

/** A contact in a user's roster. */
export interface RosterItem {
  /** The contact's bare JID; as ejabberd has it, the address that was given. */
  readonly jid: string;
  readonly name?: string | undefined;
  readonly groups: readonly string[];
  readonly subscription: Subscription;
  /** A subscription request is on its way to the contact. */
  readonly ask: boolean;
}

interface Entry {
  readonly item: RosterItem;
  readonly version: number;
}

/** One user's roster, with its history (RFC 6121 §2.6). @internal */
export class Roster {
  readonly #entries = new Map<string, Entry>();
  readonly #removed = new Map<string, number>();
  #version = 0;
  /** Subscription requests by bare JID that the user has not answered; not part of the roster that clients see. */
  readonly requests = new Map<string, XmlElement>();
  /** Whose requests are approved before they come, by bare JID (RFC 6121 §3.4). */
  readonly approved = new Set<string>();

  get version(): string {
    return String(this.#version);
  }

  get items(): readonly RosterItem[] {
    return [...this.#entries.values()].map(({ item }) => item);
  }

  /** The contacts by bare JID. */
  get contacts(): readonly (readonly [jid: string, item: RosterItem])[] {
    return [...this.#entries].map(([jid, { item }]) => [jid, item]);
  }

  get(jid: string): RosterItem | undefined {
    return this.#entries.get(jid)?.item;
  }

  subscription(jid: string): Subscription {
    return this.get(jid)?.subscription ?? 'none';
  }

  /** Whether the user sees the contact's presence. */
  hasTo(jid: string): boolean {
    return this.subscription(jid) === 'to' || this.subscription(jid) === 'both';
  }

  /** Whether the contact sees the user's presence. */
  hasFrom(jid: string): boolean {
    return this.subscription(jid) === 'from' || this.subscription(jid) === 'both';
  }

  /** Changes a contact; one who is not there is made. By bare JID, also where the item has another address. */
  update(jid: string, change: Partial<RosterItem>): void {
    const old: RosterItem = this.get(jid) ?? { jid, groups: [], subscription: 'none', ask: false };
    this.#removed.delete(jid);
    this.#entries.set(jid, { item: { ...old, ...change }, version: ++this.#version });
  }

  /** Changes one half of the subscription. */
  setHalf(jid: string, half: 'to' | 'from', on: boolean): void {
    const to = half === 'to' ? on : this.hasTo(jid);
    const from = half === 'from' ? on : this.hasFrom(jid);
    const ask = half === 'to' ? false : (this.get(jid)?.ask ?? false);
    this.update(jid, { subscription: to ? (from ? 'both' : 'to') : from ? 'from' : 'none', ask });
  }

  delete(jid: string): void {
    this.#entries.delete(jid);
    this.approved.delete(jid);
    this.#removed.set(jid, ++this.#version);
  }

  /** The JIDs that changed after that version, oldest change first; undefined where the version was never given out. */
  changesSince(version: string): { jid: string; version: string }[] | undefined {
    const since = /^\d{1,9}$/.test(version) ? Number(version) : Number.NaN;
    if (!(since <= this.#version)) return undefined;
    const versions = new Map([...this.#entries].map(([jid, entry]) => [jid, entry.version] as const));
    for (const [jid, removed] of this.#removed) versions.set(jid, removed);
    return [...versions]
      .filter(([, changed]) => changed > since)
      .sort(([, a], [, b]) => a - b)
      .map(([jid, changed]) => ({ jid, version: String(changed) }));
  }
}
