import type { Message } from '@sestina/core';

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';

// What is no message between people, though a <message/> carries it: requests, invitations, notifications, parts of a transfer, calls,
// wrappers; and what is itself about another message.
const OTHER: ReadonlySet<string> = new Set([
  'http://jabber.org/protocol/commands',
  'http://jabber.org/protocol/http-auth',
  'http://jabber.org/protocol/ibb',
  'http://jabber.org/protocol/pubsub',
  'http://jabber.org/protocol/pubsub#event',
  'http://jabber.org/protocol/rosterx',
  'jabber:x:conference',
  'jabber:x:data',
  'urn:xmpp:call-invites:0',
  'urn:xmpp:carbons:2',
  'urn:xmpp:fasten:0',
  'urn:xmpp:jingle-message:0',
  'urn:xmpp:jingle-message:1',
  'urn:xmpp:mam:2',
  'urn:xmpp:message-retract:0',
  'urn:xmpp:message-retract:1',
  'urn:xmpp:reactions:0',
]);

/**
 * The namespace of what makes a message more than something said between people, if there is one: that must neither be corrected nor be
 * made by a correction, and not be retracted (XEP-0308 §4, XEP-0424 §5).
 */
export function otherNature({ xml }: Message): string | undefined {
  for (const child of xml.elements()) {
    if (OTHER.has(child.namespace)) return child.namespace;
    // Empty, it marks a private message of a room.
    if (child.namespace === NS_MUC_USER && child.firstElement) return child.namespace;
  }
  return undefined;
}
