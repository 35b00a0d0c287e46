import { childText, element, flag, jid } from '@sestina/core';

const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

// The examples of RFC 6120 §7.6 put the address on a line of its own.
const spacedJid: typeof jid = { ...jid, decode: (raw) => jid.decode(raw.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')) };

/** `<bind/>` (RFC 6120 §7): asks for a resource, and answers with the full address. */
export class Bind extends element('bind', NS_BIND, {
  resource: childText('resource'),
  jid: childText('jid', spacedJid),
}) {}

/** `<session/>` of RFC 3921 §3, which some servers still ask for. */
export class Session extends element('session', NS_SESSION, { optional: flag('optional') }) {}
