import type { Message } from '@sestina/core';

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';

/**
 * Whether a message that was wrapped is one between occupants of a room, as those are marked (XEP-0045 §7.5). Whoever has not joined that
 * room knows nothing else of it, and would take the occupant for a contact.
 */
export function isRoomPrivate({ xml }: Message): boolean {
  if (xml.attribute('type') === 'groupchat') return false;
  const mark = xml.child('x', NS_MUC_USER);
  return mark !== undefined && !mark.child('invite') && !mark.child('decline');
}
