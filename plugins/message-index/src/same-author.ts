import type { JID } from '@sestina/core';
import type { Author } from '@sestina/core/handlers';

declare module '@sestina/core/handlers' {
  interface Author {
    /** Of an occupant of a room, the address that the room itself says is behind it. */
    realJid?: JID;
    /** Who that is in the room, whatever the nick, as the room vouches for; the same id in another room is somebody else (XEP-0421). */
    readonly occupantId?: string | undefined;
    /** Of an occupant of a room, the number of its unbroken stay there: a nick that left and came back may be somebody else. */
    stay?: number;
  }
}

/**
 * Whether two messages are by the same sender, as far as that is certain. In a chat the bare address decides. In a room it is the occupant
 * id, else the real address that the room gave, else the occupant within one unbroken stay: a nick alone is nobody (XEP-0308 §5).
 */
export function sameAuthor(a: Author, b: Author): boolean {
  if (a.jid.isBare && b.jid.isBare) return a.jid.equals(b.jid);
  if (!a.jid.bare.equals(b.jid.bare)) return false;
  if (a.occupantId !== undefined || b.occupantId !== undefined) return a.occupantId === b.occupantId;
  if (a.realJid && b.realJid) return a.realJid.bare.equals(b.realJid.bare);
  return a.stay !== undefined && a.stay === b.stay && a.jid.equals(b.jid);
}
