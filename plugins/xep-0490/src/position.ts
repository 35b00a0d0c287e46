import { JID, type XmlElement } from '@sestina/core';
import { ownString } from '@sestina/core/util';
import { Displayed } from '@sestina/xep-0333';
import { StanzaId } from '@sestina/xep-0359';
import type { ArchiveOrder, Place } from './archive-order.js';
import { DisplayedUpTo } from './stanza.js';

/** Up to where a conversation was shown. */
export interface Position extends Place {
  /** Whether it was shown on this device. */
  readonly here: boolean;
  /** Whether the server's item has an older form, which is to be written anew. */
  readonly isOld: boolean;
}

// Archives call their messages something shorter.
const MAX_ID = 1_000;

/**
 * What an item says; undefined where it is none that counts: exactly one id, of the archive of our account, or of the room where the item
 * is one of a room. Of the older form, a bare marker, nobody knows whose archive it means.
 */
export function positionIn(xml: XmlElement, peer: JID, account: JID, heard: number): Position | undefined {
  if (xml.namespace === Displayed.namespace) {
    const id = xml.attribute('id');
    if (!id || id.length > MAX_ID) return undefined;
    return { peer, archive: undefined, archiveId: ownString(id), heard, here: false, isOld: true };
  }
  const [stanzaId, ...more] = xml.childrenNamed(StanzaId.tag, StanzaId.namespace);
  const id = stanzaId?.attribute('id');
  const by = JID.tryParse(stanzaId?.attribute('by') ?? '');
  if (!id || id.length > MAX_ID || more.length > 0) return undefined;
  const archive = by?.equals(account) ? account : by?.equals(peer) && peer.isBare ? peer : undefined;
  return archive && { peer, archive, archiveId: ownString(id), heard, here: false, isOld: false };
}

/** What is published of it. */
export function elementOf({ archive, archiveId }: Position): DisplayedUpTo {
  return new DisplayedUpTo({ stanzaId: new StanzaId({ by: archive, id: archiveId }) });
}

/** What is known of one conversation: where it was shown up to, what the server has, and what is still to be decided. */
export class Chat {
  readonly peer: JID;
  /** What its item is called, as whoever wrote it has written that. */
  id: string;
  at: Position | undefined;
  /** Whether `at` has yet to be published. */
  due = false;
  /** The server's word, where nobody can say yet whether it is behind `at`. */
  waiting: Position | undefined;
  /** What the server's item says. */
  node: string | undefined;
  /** What the server's item said when `at` was found to be ahead of it. */
  over: string | undefined;
  /** What was heard last, which may still be looked for. */
  heard: Position | undefined;
  /** Whether somebody was told of `at` with its message. */
  isKnown = false;
  #isRepeated = false;

  constructor(peer: JID) {
    this.peer = peer;
    this.id = peer.full;
  }

  /** It was shown here, up to there. False where that is nothing new. */
  shown(to: Position, order: ArchiveOrder): boolean {
    const { at } = this;
    const later = at && order.compare(to, at);
    if (later !== undefined && later <= 0) return false;
    // Whether the server's word is behind this will show.
    if (at && later === undefined && !at.here) this.waiting ??= at;
    this.at = to;
    this.due = true;
    this.over = this.node;
    this.isKnown = true;
    this.#isRepeated = false;
    this.decide(order);
    return true;
  }

  /** The server says so. `moved`: it was not known to be shown so far. `published`: it is what was shown here. */
  told(to: Position, order: ArchiveOrder): 'moved' | 'published' | undefined {
    const { at } = this;
    this.node = to.isOld ? undefined : to.archiveId;
    if (at?.archiveId === to.archiveId) {
      const wasDue = this.due;
      this.waiting = undefined;
      this.due = to.isOld;
      return wasDue && !this.due && at.here ? 'published' : undefined;
    }
    // We are ahead of that already.
    if (this.due && this.over !== undefined && this.over === this.node) return undefined;
    const later = at && order.compare(to, at);
    if (!at || (later === undefined ? !at.here && !order.has(at) : later > 0)) {
      this.#goOn(to);
      return 'moved';
    }
    this.waiting = later === undefined ? to : undefined;
    // Another device was late: once, so that two that disagree come to an end.
    if (later !== undefined && at.here && !this.#isRepeated) {
      this.#isRepeated = true;
      this.due = true;
      this.over = this.node;
    }
    return undefined;
  }

  /** Decides what waits, where it shows by now which is the later. True where the server's word is. */
  decide(order: ArchiveOrder): boolean {
    const { at, waiting } = this;
    const later = waiting && at && order.compare(waiting, at);
    if (!waiting || later === undefined) return false;
    this.waiting = undefined;
    if (later > 0) this.#goOn(waiting);
    else this.over = this.node;
    return later > 0;
  }

  /** The server's item is gone: nobody knows any more how far it was shown, unless that is ours to say. */
  gone(): void {
    this.node = undefined;
    this.waiting = undefined;
    if (!this.due) this.at = undefined;
  }

  /** Whose archive is meant is known now. */
  settle(archive: JID): void {
    if (!this.at || this.at.archive) return;
    this.at = { ...this.at, archive };
  }

  #goOn(to: Position): void {
    this.at = to;
    this.due = to.isOld;
    this.waiting = undefined;
    this.isKnown = false;
  }
}
