/** XEP-0045: Multi-User Chat, version 1.35.5. */
export type { Departure, DepartureReason } from './departure.js';
export { NotInRoomError, RoomError, type RoomFailure, RoomJoinError, type RoomJoinFailure } from './errors.js';
export { type ListedRoom, MultiUserChat } from './multi-user-chat.js';
export { Occupant } from './occupant.js';
export { type HistoryLimits, type JoinOptions, MultiUserChatOptions } from './options.js';
export { Room, type RoomState } from './room.js';
export type { RoomEvents } from './room-events.js';
export type { RoomInfo } from './room-info.js';
export { RoomSending, type RoomSendOptions } from './room-sending.js';
export {
  Actor,
  AFFILIATIONS,
  type Affiliation,
  Continue,
  History,
  MucAdmin,
  MucAdminItem,
  MucDecline,
  MucDestroyed,
  MucInvite,
  MucItem,
  MucJoin,
  MucOwner,
  MucStatus,
  MucUser,
  NS_MUC,
  NS_MUC_ADMIN,
  NS_MUC_OWNER,
  NS_MUC_USER,
  ROLES,
  type Role,
} from './stanza.js';
