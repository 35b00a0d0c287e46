import { attr, child, element, extend, jid, Message } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_REPLY = 'urn:xmpp:reply:0';

/** `<reply/>`: the message answers another one (XEP-0461 §3). */
export class Reply extends element('reply', NS_REPLY, {
  /** What the message that it answers is called. Undefined where that is missing. */
  id: attr('id'),
  /** Who has written that, as the sender of the reply says. Undefined also where that is no address. */
  to: attr('to', jid).lenient(),
}) {}

declare module '@sestina/core' {
  interface Message {
    /** The message that this one answers, as its sender says (XEP-0461): `target()` finds it. */
    inReplyTo: Reply | undefined;
  }
}

extend(Message, { inReplyTo: child(Reply) }, NS_REPLY);
