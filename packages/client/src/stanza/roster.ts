import { attr, bool, children, childTexts, element, jid, oneOf } from '@sestina/core';

export const NS_ROSTER = 'jabber:iq:roster';
export const NS_ROSTER_VERSIONING = 'urn:xmpp:features:rosterver';
export const NS_PRE_APPROVAL = 'urn:xmpp:features:pre-approval';

/** `<item/>` of a roster (RFC 6121 §2.1.2). */
export class RosterItemElement extends element('item', NS_ROSTER, {
  jid: attr('jid', jid).required(),
  name: attr('name'),
  subscription: attr('subscription', oneOf('none', 'to', 'from', 'both', 'remove'))
    .lenient()
    .default('none'),
  ask: attr('ask', oneOf('subscribe')).lenient(),
  approved: attr('approved', bool).lenient().default(false),
  groups: childTexts('group'),
}) {}

/** `<query/>` of a roster (RFC 6121 §2.1.1). */
export class RosterQuery extends element('query', NS_ROSTER, {
  version: attr('ver'),
  items: children(RosterItemElement),
}) {}
