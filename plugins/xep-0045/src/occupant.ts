import { type JID, Presence, type XmlElement } from '@sestina/core';
import { type Affiliation, MucUser, NS_MUC_USER, type Role } from './stanza.js';

/** What decides whether a room's word about real addresses counts, for all of its occupants. */
export interface JidTrust {
  /** The room shows real addresses to everybody, or to us as a moderator. */
  readonly showsJids: boolean;
}

/** Somebody in a room, as the room has said last. It does not change: what changes is told with another one. */
export class Occupant {
  readonly #trust: JidTrust;
  readonly #jid: JID | undefined;

  /** @internal */
  constructor(
    /** What it is called in the room. */
    readonly nick: string,
    /** Its address in the room: `room@service/nick`. */
    readonly jid: JID,
    readonly role: Role,
    readonly affiliation: Affiliation,
    /**
     * What it says of itself: a copy that is read-only, without what the room has put in. Of a large one, show and status alone.
     */
    readonly presence: Presence,
    /** The number of its stay: another one once it has left and come back, or somebody else has come by its nick. */
    readonly stay: number,
    trust: JidTrust,
    realJid: JID | undefined,
  ) {
    this.#trust = trust;
    this.#jid = realJid;
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /** Its real address, as the room has said; undefined where the room does not show it (XEP-0045 §13.4). */
  get realJid(): JID | undefined {
    return this.#trust.showsJids ? this.#jid : undefined;
  }
}

/**
 * The room's word in a stanza of it. Undefined where there is none, or more than one: a room takes out what occupants put in of
 * this kind (XEP-0045 §17.2), so one that does not cannot be believed.
 */
export function roomWord(stanza: { readonly xml: XmlElement; readonly muc: MucUser | undefined }): MucUser | undefined {
  return stanza.xml.childrenNamed(MucUser.tag, NS_MUC_USER).length === 1 ? stanza.muc : undefined;
}

/** What a presence says of an occupant. */
export interface Said {
  readonly role: Role;
  readonly affiliation: Affiliation;
  readonly realJid: JID | undefined;
}

/** The first item of the room's word, with what a missing one stands for. */
export function saidOf(word: MucUser | undefined): Said {
  const item = word?.items.at(0);
  return { role: item?.role ?? 'none', affiliation: item?.affiliation ?? 'none', realJid: item?.jid };
}

// Bytes of a presence; of a larger one its payload is not kept. In UTF-16 units of its text, which is about half of what it takes.
const MAX_TEXT = 4_096;
const MAX_STATUS = 256;
const BASE = 900;

/** A presence as it is kept, with the bytes that it takes, estimated. */
export interface KeptPresence {
  readonly presence: Presence;
  readonly bytes: number;
}

/** What is kept of an occupant's presence: nothing of what the room has put in, and of a large one only what is shown. */
export function keptPresence(presence: Presence, short: boolean): KeptPresence {
  const size = short ? MAX_TEXT + 1 : presence.toString().length;
  const kept = size > MAX_TEXT ? shortened(presence) : withoutWord(presence);
  return { presence: kept.compact(), bytes: BASE + 2 * Math.min(size, MAX_STATUS + MAX_TEXT) };
}

function withoutWord(presence: Presence): Presence {
  const copy = presence.copy();
  copy.id = undefined;
  for (const word of copy.xml.childrenNamed(MucUser.tag, NS_MUC_USER)) copy.xml.remove(word);
  return copy;
}

function shortened(presence: Presence): Presence {
  const { from, to, show, status } = presence;
  const shown = status === undefined ? undefined : status.slice(0, MAX_STATUS).replace(/[\ud800-\udbff]$/, '');
  return new Presence({ from, to, show, status: shown });
}
