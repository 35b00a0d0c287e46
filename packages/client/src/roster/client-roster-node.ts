import { type JID, type RequestOptions, RosterNode } from '@sestina/core';
import {
  type ContactChanges,
  entryWeight,
  type PresenceLedger,
  type RosterEntry,
  type RosterHost,
} from '@sestina/core/connection';

/** Changes a roster where it is really kept: on the server. */
export interface RosterEditor {
  fetch(options?: RequestOptions): Promise<unknown>;
  update(jid: JID | string, changes: ContactChanges): Promise<void>;
  remove(jid: JID | string): Promise<void>;
}

/** How many who are in no roster are remembered as long as the roster is not known: they may be contacts. */
export const MAX_UNSORTED = 20_000;

/** Bytes of memory that the contacts may take, estimated: some 35,000 ordinary ones. */
export const MAX_ROSTER_BYTES = 16 * 1_048_576;

/** The roster of an account, as its server keeps it (RFC 6121 §2). */
export class ClientRosterNode extends RosterNode {
  readonly #editor: () => RosterEditor | undefined;
  #loaded = false;
  #fresh = false;
  /** The version that belongs to the list as it was fetched, and to what was pushed since (RFC 6121 §2.6). @internal */
  version: string | undefined;

  constructor(host: RosterHost, owner: JID, ledger: PresenceLedger, editor: () => RosterEditor | undefined) {
    super(host, owner, ledger);
    this.#editor = editor;
  }

  /** Whether it was fetched, in this session or an earlier one. */
  override get loaded(): boolean {
    return this.#loaded;
  }

  /** Whether it was fetched in this session, so that pushes keep it current. */
  get fresh(): boolean {
    return this.#fresh;
  }

  /** Fetches it where that was not done. @throws what `getRoster()` throws. */
  override async load(): Promise<void> {
    if (!this.#loaded) await this.#editor()?.fetch();
  }

  /** Changes name or groups on the server; what is not given stays. @throws what `updateRoster()` throws. */
  override update(jid: JID | string, changes: ContactChanges = {}): Promise<void> {
    return this.#editor()?.update(jid, changes) ?? super.update(jid, changes);
  }

  /** Takes a contact out on the server, which ends subscriptions both ways. @throws what `delRosterItem()` throws. */
  override remove(jid: JID | string): Promise<void> {
    return this.#editor()?.remove(jid) ?? super.remove(jid);
  }

  /** Whether the roster has exactly that address. @internal */
  isContact(jid: JID): boolean {
    return this.exactly(jid)?.inRoster ?? false;
  }

  /** Whether an entry can be kept, in place of the one that there is of that address. @internal */
  hasRoomFor(entry: RosterEntry): boolean {
    const known = this.exactly(entry.jid);
    const freed = known?.inRoster ? entryWeight(known) : 0;
    return this.contactBytes - freed + entryWeight(entry) <= MAX_ROSTER_BYTES;
  }

  protected override get maxStrangers(): number {
    return this.#loaded ? super.maxStrangers : MAX_UNSORTED;
  }

  /** The list is the server's now. @internal */
  fetched(): void {
    this.#fresh = true;
    this.#loaded = true;
    this.trimStrangers();
  }

  /** Nothing of what was pushed comes any more. @internal */
  sessionBegins(): void {
    this.#fresh = false;
  }

  /** @internal */
  override reset(): void {
    // The server asks again where a request still waits.
    for (const item of this.items()) item.pendingIn = false;
    super.reset();
  }
}
