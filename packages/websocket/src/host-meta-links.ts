import { parseDocument } from '@sestina/core';
import { quotedTag } from '@sestina/core/util';

const REL = 'urn:xmpp:alt-connections:websocket';
const NS_XRD = 'http://docs.oasis-open.org/ns/xri/xrd-1.0';

/** The WebSocket links of a JSON host-meta (RFC 6415 §A), as they are. @throws SyntaxError, TypeError */
export function linksOfJson(text: string): string[] {
  const { links } = JSON.parse(text) as { links?: unknown };
  if (!Array.isArray(links)) return [];
  return links.flatMap((link: { rel?: unknown; href?: unknown } | null) =>
    link?.rel === REL && typeof link.href === 'string' ? [link.href] : [],
  );
}

/** The WebSocket links of an XML host-meta (RFC 6415 §3), as they are. @throws XmlStreamError */
export function linksOfXml(text: string): string[] {
  const root = parseDocument(withoutComments(text).trim());
  if (root.name !== 'XRD' || root.namespace !== NS_XRD) throw new TypeError(`${quotedTag(root)} in place of <XRD>`);
  return root
    .childrenNamed('Link', NS_XRD)
    .flatMap((link) => (link.attribute('rel') === REL ? [link.attribute('href') ?? ''] : []));
}

// The parser is that of XMPP, which has none; people write these files by hand.
function withoutComments(text: string): string {
  let kept = '';
  let at = 0;
  for (;;) {
    const start = text.indexOf('<!--', at);
    const end = start < 0 ? -1 : text.indexOf('-->', start + 4);
    if (end < 0) return kept + text.slice(at);
    kept += text.slice(at, start);
    at = end + 3;
  }
}
