import {
  attr,
  child,
  children,
  childText,
  dateTime,
  element,
  extend,
  flag,
  int,
  jid,
  Message,
  oneOf,
  Presence,
} from '@sestina/core';
import { conditionCodes } from './codes.js';

/** The namespace, which is also the feature. */
export const NS_MUC = 'http://jabber.org/protocol/muc';
/** The namespace of what a room says of its occupants. */
export const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
/** The namespace of what moderators and administrators ask for. */
export const NS_MUC_ADMIN = 'http://jabber.org/protocol/muc#admin';
/** The namespace of what owners ask for. */
export const NS_MUC_OWNER = 'http://jabber.org/protocol/muc#owner';

/** What an occupant may do during its stay (XEP-0045 §5.1). */
export const ROLES = ['none', 'visitor', 'participant', 'moderator'] as const;
export type Role = (typeof ROLES)[number];
/** How an address is bound to a room, whether or not it is there (XEP-0045 §5.2). */
export const AFFILIATIONS = ['none', 'outcast', 'member', 'admin', 'owner'] as const;
export type Affiliation = (typeof AFFILIATIONS)[number];

const count = int(0);

/** `<history/>`: how much of what was said before we want to hear (XEP-0045 §7.2.13). */
export class History extends element('history', NS_MUC, {
  /** Characters of XML at most. */
  maxChars: attr('maxchars', count).lenient(),
  /** Messages at most. */
  maxStanzas: attr('maxstanzas', count).lenient(),
  /** Only what was said within so many seconds. */
  seconds: attr('seconds', count).lenient(),
  /** Only what was said since. */
  since: attr('since', dateTime).lenient(),
}) {}

/** `<x/>` in the presence that asks to enter a room (XEP-0045 §7.2). */
export class MucJoin extends element('x', NS_MUC, {
  password: childText('password'),
  history: child(History),
}) {}

/** `<actor/>`: who did it. */
export class Actor extends element('actor', NS_MUC_USER, {
  jid: attr('jid', jid).lenient(),
  nick: attr('nick'),
}) {}

/** `<item/>`: an occupant, or what changes for one. */
export class MucItem extends element('item', NS_MUC_USER, {
  affiliation: attr('affiliation', oneOf(...AFFILIATIONS)).lenient(),
  role: attr('role', oneOf(...ROLES)).lenient(),
  /** The real address, where the room tells it. */
  jid: attr('jid', jid).lenient(),
  /** The new nick in a change of it. */
  nick: attr('nick'),
  actor: child(Actor),
  reason: childText('reason'),
}) {}

/** `<status/>`: what happened, by its number in the registry (XEP-0045 §16.6). */
export class MucStatus extends element('status', NS_MUC_USER, { code: attr('code', int(100, 999)).lenient() }) {}

/** `<destroy/>`: the room exists no longer. */
export class MucDestroyed extends element('destroy', NS_MUC_USER, {
  /** A room to go to instead. */
  alternative: attr('jid', jid).lenient(),
  reason: childText('reason'),
  password: childText('password'),
}) {}

/** `<continue/>`: the invitation carries on a conversation of two (XEP-0045 §7.9). */
export class Continue extends element('continue', NS_MUC_USER, { thread: attr('thread') }) {}

/** `<invite/>`: an invitation by way of the room (XEP-0045 §7.8.2). */
export class MucInvite extends element('invite', NS_MUC_USER, {
  from: attr('from', jid).lenient(),
  to: attr('to', jid).lenient(),
  reason: childText('reason'),
  continue: child(Continue),
}) {}

/** `<decline/>`: the refusal of an invitation, by way of the room. */
export class MucDecline extends element('decline', NS_MUC_USER, {
  from: attr('from', jid).lenient(),
  to: attr('to', jid).lenient(),
  reason: childText('reason'),
}) {}

/** `<x/>` in what a room says of itself and its occupants. Anybody can write one: what is no word of the room counts for nothing. */
export class MucUser extends element('x', NS_MUC_USER, {
  items: children(MucItem),
  statuses: children(MucStatus),
  invites: children(MucInvite),
  decline: child(MucDecline),
  destroyed: child(MucDestroyed),
  password: childText('password'),
}) {
  /** The numbers of all its `<status/>`; see `CODES`. Conditions of XEP-0306 count as their numbers. */
  get codes(): ReadonlySet<number> {
    const codes = new Set<number>();
    for (const { code, xml } of this.statuses) {
      if (code !== undefined) codes.add(code);
      for (const meant of conditionCodes(xml)) codes.add(meant);
    }
    return codes;
  }
}

/** `<query/>` of moderators and administrators: roles and affiliations to be read or changed (XEP-0045 §8 and §9). */
export class MucAdminItem extends element('item', NS_MUC_ADMIN, {
  affiliation: attr('affiliation', oneOf(...AFFILIATIONS)).lenient(),
  role: attr('role', oneOf(...ROLES)).lenient(),
  jid: attr('jid', jid).lenient(),
  nick: attr('nick'),
  reason: childText('reason'),
}) {}

/** The list of these. */
export class MucAdmin extends element('query', NS_MUC_ADMIN, { items: children(MucAdminItem) }) {}

declare module '@sestina/core' {
  interface Message {
    /** What a room says in it of occupants and invitations, or the mark of a private message (XEP-0045). */
    muc: MucUser | undefined;
    /** Whether it is a private message of a room's occupant, by the mark that its sender has put in (XEP-0045 §7.5). */
    mucMark: boolean;
  }
  interface Presence {
    /** The request to enter a room (XEP-0045). */
    mucJoin: MucJoin | undefined;
    /** What a room says of an occupant (XEP-0045). */
    muc: MucUser | undefined;
  }
}

extend(Message, { muc: child(MucUser), mucMark: flag('x', NS_MUC_USER) }, NS_MUC);
extend(Presence, { mucJoin: child(MucJoin), muc: child(MucUser) }, NS_MUC);
