import { childText, element, flag, jid } from '@sestina/core';

export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
export const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

/** `<bind/>` (RFC 6120 §7): asks for a resource, and answers with the full address. */
export class Bind extends element('bind', NS_BIND, {
  resource: childText('resource'),
  jid: childText('jid', jid),
}) {}

/** `<session/>` of RFC 3921 §3, which some servers still ask for. */
export class Session extends element('session', NS_SESSION, { optional: flag('optional') }) {}
