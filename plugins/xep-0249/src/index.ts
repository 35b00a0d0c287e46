/** XEP-0249: Direct MUC Invitations, version 1.2. */
export { type DirectInvitationInit, DirectInvitations, DirectInvitationsOptions } from './direct-invitations.js';
export { DirectInvite, NS_CONFERENCE } from './stanza.js';
