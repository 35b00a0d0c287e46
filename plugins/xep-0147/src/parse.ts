import { JID, JidError } from '@sestina/core';
import { decodePart } from './escape.js';
import { type UriParam, XmppUri } from './xmpp-uri.js';

// What is longer nobody has written by hand, or clicked on.
const MAX_LENGTH = 262_144;

/**
 * Reads a URI or an IRI of the scheme `xmpp`: in its three forms (`xmpp:jid`, `xmpp://account/jid`, `xmpp:///jid`), split before anything is decoded.
 * Undefined for any other, and where an address in it is none.
 */
export function parseXmppUri(text: string): XmppUri | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH || !/^xmpp:/i.test(text)) return undefined;
  const [beforeFragment, fragment] = cut(text.slice('xmpp:'.length), '#');
  const [hierarchy, query] = cut(beforeFragment, '?');
  const { authority, path } = partsOf(hierarchy);
  const auth = authority ? addressIn(authority) : undefined;
  const jid = path ? addressIn(path) : undefined;
  if ((authority && !auth?.isBare) || (path && !jid)) return undefined;
  const read = queryIn(query ?? '');
  const decoded = fragment === undefined ? undefined : decodePart(fragment);
  if (!read || (fragment !== undefined && decoded === undefined)) return undefined;
  return new XmppUri({ auth, jid, ...read, fragment: decoded });
}

function partsOf(hierarchy: string): { readonly authority: string; readonly path: string } {
  if (!hierarchy.startsWith('//')) return { authority: '', path: hierarchy };
  const [authority, path = ''] = cut(hierarchy.slice(2), '/');
  return { authority, path };
}

/** What is before the first of them, and what is behind it. */
function cut(text: string, separator: string): [before: string, behind: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Each part is decoded by itself: a name may have an `@` or a `/` in it, escaped. */
function addressIn(text: string): JID | undefined {
  const [bare, rawResource] = cut(text, '/');
  const [first, second] = cut(bare, '@');
  const local = second === undefined ? undefined : decodePart(first);
  const domain = decodePart(second ?? first);
  const resource = rawResource === undefined ? undefined : decodePart(rawResource);
  if (domain === undefined || (second !== undefined && !local) || (rawResource !== undefined && !resource))
    return undefined;
  try {
    return new JID(local, domain, resource);
  } catch (error) {
    if (error instanceof JidError) return undefined;
    throw error;
  }
}

function queryIn(
  query: string,
): { readonly action: string | undefined; readonly params: readonly UriParam[] } | undefined {
  const [first = '', ...rest] = query.split(';');
  // Some write no action and no `;` before the first key.
  const pairs = first.includes('=') ? [first, ...rest] : rest;
  const action = first.includes('=') ? undefined : decodePart(first);
  if (action === undefined && !first.includes('=')) return undefined;
  const params: UriParam[] = [];
  for (const pair of pairs) {
    if (pair === '') continue;
    const [rawKey, rawValue = ''] = cut(pair, '=');
    const key = decodePart(rawKey);
    const value = decodePart(rawValue);
    if (key === undefined || value === undefined) return undefined;
    params.push([key, value]);
  }
  return { action, params };
}
