import { MultiUserChat } from '@sestina/xep-0045';
import { LegacyBookmarks } from '@sestina/xep-0048';
import { PrivateXml } from '@sestina/xep-0049';
import { DirectInvitations } from '@sestina/xep-0249';
import { Bookmarks } from '@sestina/xep-0402';
import { MucSelfPing } from '@sestina/xep-0410';
import { OccupantIds } from '@sestina/xep-0421';
import { MessageModeration } from '@sestina/xep-0425';
import { NotificationSettings } from '@sestina/xep-0492';
import { part } from '../part.js';

/** Rooms, and which of them we are in. */
export const rooms = {
  /** Rooms in which several people talk (XEP-0045). */
  rooms: part(MultiUserChat),
  /** Invitations to rooms, from people themselves (XEP-0249). */
  invitations: part(DirectInvitations),
  /** Whether a room that is silent still knows us (XEP-0410). */
  selfPing: part(MucSelfPing),
  /** Who somebody in a room is, whatever the nick (XEP-0421). */
  occupantIds: part(OccupantIds),
  /** Messages that moderators take back (XEP-0425). */
  moderation: part(MessageModeration),
  /** Rooms that all our devices know, and enter by themselves (XEP-0402). */
  bookmarks: part(Bookmarks),
  /** Of which messages people want to be told, room by room (XEP-0492). */
  notifications: part(NotificationSettings),
  /** Where older programs keep theirs (XEP-0049). */
  privateXml: part(PrivateXml),
  /** The same as older programs keep it (XEP-0048). */
  legacyBookmarks: part(LegacyBookmarks),
};
