import { NS_CLIENT, NS_STANZA_ERRORS, NS_XML } from './namespaces.js';

/** Words of most stanzas: kept once for all of them. */
const COMMON: ReadonlyMap<string, string> = new Map(
  [
    ...[
      'message',
      'presence',
      'iq',
      'error',
      'body',
      'subject',
      'thread',
      'show',
      'status',
      'priority',
      'query',
      'x',
      'c',
    ],
    ...['to', 'from', 'id', 'type', 'xml:lang', 'node', 'hash', 'ver', 'stamp', 'code'],
    ...['unavailable', 'subscribe', 'chat', 'groupchat', 'normal', 'away', 'xa', 'dnd', 'sha-1'],
    ...[NS_CLIENT, NS_STANZA_ERRORS, NS_XML, 'http://jabber.org/protocol/caps', 'vcard-temp:x:update'],
    ...['http://jabber.org/protocol/muc#user', 'urn:xmpp:delay', 'urn:xmpp:idle:1'],
  ].map((word) => [word, word]),
);

/**
 * A string with the same characters that holds on to nothing. What was cut out of a text keeps all of that alive in most
 * engines; what `join` makes is written anew in each of them.
 */
export function ownString(text: string): string {
  if (text.length < 2) return text;
  return [text.slice(0, 1), text.slice(1)].join('');
}

/** Own strings for one element and what is in it, where names and namespaces come again. */
export class OwnStrings {
  #known: Map<string, string> | undefined;

  /** A value or a text, most of which are there once. */
  value(text: string): string {
    return COMMON.get(text) ?? ownString(text);
  }

  /** A name or a namespace: of those that are equal, one. */
  name(text: string): string {
    const common = COMMON.get(text);
    if (common !== undefined) return common;
    this.#known ??= new Map();
    let own = this.#known.get(text);
    if (own === undefined) {
      own = ownString(text);
      this.#known.set(own, own);
    }
    return own;
  }
}
