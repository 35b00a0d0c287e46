import { attr, child, element, extend, Presence } from '@sestina/core';

export const NS_CAPS = 'http://jabber.org/protocol/caps';
/** Of what asks a room to let us in (XEP-0045). */
export const NS_MUC = 'http://jabber.org/protocol/muc';

/** `<c/>` in a presence: a short name for what the sender can do. */
export class Caps extends element('c', NS_CAPS, {
  /** The hash function of `ver`. Without one it is the legacy format (XEP-0115 §13), where `ver` proves nothing. */
  hash: attr('hash'),
  /** A URI that names the software. */
  node: attr('node').required(),
  /** The verification string. */
  ver: attr('ver').required(),
  /** Bundles of further features, in the legacy format. */
  ext: attr('ext'),
}) {}

declare module '@sestina/core' {
  interface Presence {
    /** What the sender can do, in short (XEP-0115). */
    caps: Caps | undefined;
  }
}

extend(Presence, { caps: child(Caps) }, NS_CAPS);

/** What a room adds to the presence of those who are in it (XEP-0045). */
export class InRoom extends element('x', `${NS_MUC}#user`) {}
