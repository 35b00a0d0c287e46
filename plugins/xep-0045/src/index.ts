/** XEP-0045: Multi-User Chat, version 1.35.5. */
export { CODES } from './codes.js';
export type { Departure, DepartureReason } from './departure.js';
export {
  NotInRoomError,
  RoomError,
  RoomExistsError,
  type RoomFailure,
  RoomJoinError,
  type RoomJoinFailure,
} from './errors.js';
export type { RoomInvite } from './invitations.js';
export {
  type AffiliationChange,
  type AffiliationItem,
  ManagedRoom,
  type ReasonOptions,
} from './managed-room.js';
export { type ListedRoom, MultiUserChat } from './multi-user-chat.js';
export { Occupant } from './occupant.js';
export { type HistoryLimits, type InvitationInit, type JoinOptions, MultiUserChatOptions } from './options.js';
export { DestroyRoom, MucOwner, MucRegister, NS_REGISTER } from './owner-elements.js';
export { Room, type RoomState } from './room.js';
export type { RoomConfig } from './room-config.js';
export type { RoomEvents } from './room-events.js';
export type { DirectInviter, OccupantDescriber, RoomPreparation } from './room-hooks.js';
export type { DirectInvitationInit } from './room-host.js';
export type { RoomInfo } from './room-info.js';
export type { RoomRequest } from './room-requests.js';
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
  MucStatus,
  MucUser,
  NS_MUC,
  NS_MUC_ADMIN,
  NS_MUC_OWNER,
  NS_MUC_USER,
  ROLES,
  type Role,
} from './stanza.js';
