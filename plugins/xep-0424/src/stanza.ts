import { attr, child, childText, dateTime, element, extend, jid, Message } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_RETRACT = 'urn:xmpp:message-retract:1';
/** The namespace of the former version, which stood in an `<apply-to/>`. */
export const NS_RETRACT_0 = 'urn:xmpp:message-retract:0';
/** The namespace of `<apply-to/>`. */
export const NS_FASTEN = 'urn:xmpp:fasten:0';

/** `<retract/>`: a message is taken back (XEP-0424 §3). */
export class Retraction extends element('retract', NS_RETRACT, {
  /** What the message is called. Undefined where that is missing. */
  id: attr('id'),
  /** Why, for people. */
  reason: childText('reason'),
}) {}

/** `<retracted/>`: here was a message that its archive has no more (XEP-0424 §4). */
export class Retracted extends element('retracted', NS_RETRACT, {
  /** The `id` of the message that took it back. */
  id: attr('id'),
  /** When that was. */
  stamp: attr('stamp', dateTime).lenient(),
  by: attr('by', jid).lenient(),
  /** Why, for people. */
  reason: childText('reason'),
}) {}

/** `<retract/>` of the former version. */
export class LegacyRetraction extends element('retract', NS_RETRACT_0) {}

/** `<retracted/>` of the former version. */
export class LegacyRetracted extends element('retracted', NS_RETRACT_0, {
  stamp: attr('stamp', dateTime).lenient(),
  by: attr('by', jid).lenient(),
}) {}

/** `<apply-to/>`: what is in it is about another message; the way of the former version. */
export class ApplyTo extends element('apply-to', NS_FASTEN, {
  id: attr('id'),
  retraction: child(LegacyRetraction),
}) {}

declare module '@sestina/core' {
  interface Message {
    /** Takes back a message, as its sender says (XEP-0424): `messageRetracted` tells whether it may. */
    retraction: Retraction | undefined;
    /** Says that here was a message (XEP-0424 §4): the word of an archive, and of nobody else. */
    retracted: Retracted | undefined;
  }
}

extend(Message, { retraction: child(Retraction), retracted: child(Retracted) }, NS_RETRACT);
