import { child, declarePlacement, element } from '@sestina/core';
import { StanzaId } from '@sestina/xep-0359';

/** The namespace, which is the name of the node, too. */
export const NS_DISPLAYED_SYNC = 'urn:xmpp:mds:displayed:0';
/** What an account announces whose server makes an item of what stands beside a marker (XEP-0490 §4.5). */
export const NS_SERVER_ASSIST = 'urn:xmpp:mds:server-assist:0';

/** `<displayed/>`: up to which message a conversation was shown (XEP-0490 §4.1). Which conversation is the id of its item. */
export class DisplayedUpTo extends element('displayed', NS_DISPLAYED_SYNC, {
  /** What the archive that has the message calls it. */
  stanzaId: child(StanzaId),
}) {}

// The server reads it, and takes it away.
declarePlacement(DisplayedUpTo, 'outside');
