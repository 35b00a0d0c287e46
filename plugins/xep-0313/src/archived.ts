import { type BaseXMPP, JID, Message } from '@sestina/core';
import type { Author, Unwrapped } from '@sestina/core/handlers';
import { isRoomPrivate } from '@sestina/xep-0297';
import { isAccount } from './open-queries.js';
import type { ArchiveResult } from './stanza.js';

declare module '@sestina/core/handlers' {
  interface Author {
    /** Of an occupant of a room, the address that the room itself says is behind it. */
    realJid?: JID;
  }
}

/** A message of an archive. */
export interface ArchivedMessage {
  /** What the archive calls it; where to go on at. */
  readonly id: string;
  /** Whose archive it is. */
  readonly archive: JID;
  /** When the archive has got it; undefined where that does not say. */
  readonly sentAt: Date | undefined;
  /**
   * The message; undefined where the archive has it no more (XEP-0313 §3.2), or gives one that is not of this archive. `message.context`
   * says who has said it to whom.
   */
  readonly message: Message | undefined;
}

/** What an archive gave, and what `messages` is told of it. */
export interface Found {
  readonly id: string;
  readonly sentAt: Date | undefined;
  readonly message: Message | undefined;
  readonly known: Omit<Unwrapped, 'message'>;
}

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';

/** What a result holds; undefined for one that does not say what the archive calls it. */
export function foundIn(xmpp: BaseXMPP, archive: JID, result: ArchiveResult): Found | undefined {
  const { id, forwarded } = result;
  if (!id) return undefined;
  const sentAt = forwarded?.delay?.stamp;
  const stanza = forwarded?.stanza;
  const inner = stanza instanceof Message && isOf(xmpp, archive, stanza) ? stanza : undefined;
  const more = inner ? sides(xmpp, archive, inner) : {};
  const known = { source: 'archive', by: archive, history: true, sentAt, archive, archiveId: id, ...more } as const;
  return { id, sentAt, message: inner, known };
}

/** Whether it can be a message of that archive: of our own the account is one side, of a room its occupants are. */
function isOf(xmpp: BaseXMPP, archive: JID, { xml }: Message): boolean {
  const from = addressIn(xml.attribute('from'));
  const to = addressIn(xml.attribute('to'));
  if (from === 'unreadable' || to === 'unreadable') return false;
  if (!isAccount(xmpp, archive)) return from?.bare.equals(archive) === true;
  return !from || from.bare.equals(archive) || to?.bare.equals(archive) === true;
}

function addressIn(raw: string | undefined): JID | 'unreadable' | undefined {
  return raw === undefined ? undefined : (JID.tryParse(raw) ?? 'unreadable');
}

/** Who says it to whom, as far as that is not seen from its addresses. */
function sides(xmpp: BaseXMPP, archive: JID, message: Message): Partial<Omit<Unwrapped, 'message' | 'source'>> {
  const { from, to } = message;
  if (!isAccount(xmpp, archive)) {
    if (!from) return {};
    const author: Author = { jid: from };
    // The room itself writes these; elsewhere they are the sender's invention (XEP-0313 §8.4).
    const real = message.xml.child('x', NS_MUC_USER)?.child('item')?.attribute('jid');
    const realJid = real === undefined ? undefined : JID.tryParse(real);
    return { author: realJid ? { ...author, realJid } : author };
  }
  const way = !from || from.bare.equals(archive) ? 'out' : 'in';
  const other = way === 'out' ? to : from;
  return other?.isFull && isRoomPrivate(message) ? { way, kind: 'private' } : { way };
}
