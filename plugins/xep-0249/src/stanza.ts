import { attr, bool, child, declareSecret, element, extend, jid, Message } from '@sestina/core';

/** The namespace, which is also the feature. */
export const NS_CONFERENCE = 'jabber:x:conference';

/** `<x/>`: an invitation to a room, from whoever sends it (XEP-0249 §2). */
export class DirectInvite extends element('x', NS_CONFERENCE, {
  /** The room. Undefined where that is no address. */
  room: attr('jid', jid).lenient(),
  password: attr('password'),
  /** For people. */
  reason: attr('reason'),
  /** The room carries on a conversation of two. */
  continue: attr('continue', bool).lenient().default(false),
  /** The thread of that. */
  thread: attr('thread'),
}) {}

declareSecret({ namespace: NS_CONFERENCE, name: DirectInvite.tag, attribute: 'password' });

declare module '@sestina/core' {
  interface Message {
    /** The invitation to a room that it carries, whoever sends it (XEP-0249). */
    directInvite: DirectInvite | undefined;
  }
}

extend(Message, { directInvite: child(DirectInvite) }, NS_CONFERENCE);
