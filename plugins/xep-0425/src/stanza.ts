import { attr, child, childText, element, extend, jid } from '@sestina/core';
import { ApplyTo, LegacyRetracted, LegacyRetraction, Retracted, Retraction } from '@sestina/xep-0424';

/** The namespace, which is also the feature of a room. */
export const NS_MODERATE = 'urn:xmpp:message-moderate:1';
/** The namespace of the former version, which stood in an `<apply-to/>`. */
export const NS_MODERATE_0 = 'urn:xmpp:message-moderate:0';

/** `<moderate/>`: asks a room to take back a message of somebody (XEP-0425 §3). */
export class Moderate extends element('moderate', NS_MODERATE, {
  /** What the room calls the message. */
  id: attr('id'),
  retraction: child(Retraction),
  reason: childText('reason'),
}) {}

/** `<moderated/>`: a moderator has done it (XEP-0425 §3.1). The word of a room, and of nobody else. */
export class Moderated extends element('moderated', NS_MODERATE, {
  /** Who that was; undefined where the room does not say. */
  by: attr('by', jid).lenient(),
}) {}

/** `<moderate/>` of the former version. */
export class LegacyModerate extends element('moderate', NS_MODERATE_0, {
  retraction: child(LegacyRetraction),
  reason: childText('reason'),
}) {}

/** `<moderated/>` of the former version: in an `<apply-to/>`, or by itself as a tombstone. */
export class LegacyModerated extends element('moderated', NS_MODERATE_0, {
  by: attr('by', jid).lenient(),
  retraction: child(LegacyRetraction),
  retracted: child(LegacyRetracted),
  reason: childText('reason'),
}) {}

declare module '@sestina/xep-0424' {
  interface Retraction {
    /** A moderator has taken the message back, as it says (XEP-0425): `messageModerated` tells whether the room does. */
    moderated: Moderated | undefined;
  }
  interface Retracted {
    /** A moderator has taken the message back, as it says (XEP-0425). */
    moderated: Moderated | undefined;
  }
  interface ApplyTo {
    /** The request of the former version of XEP-0425. */
    moderate: LegacyModerate | undefined;
    /** A moderator has taken the message back, as it says (former version of XEP-0425). */
    moderated: LegacyModerated | undefined;
  }
}

extend(Retraction, { moderated: child(Moderated) }, NS_MODERATE);
extend(Retracted, { moderated: child(Moderated) }, NS_MODERATE);
extend(ApplyTo, { moderate: child(LegacyModerate), moderated: child(LegacyModerated) }, NS_MODERATE_0);
