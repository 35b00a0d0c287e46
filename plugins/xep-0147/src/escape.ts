const UNSAFE = /[^A-Za-z0-9._~-]/gu;
const UNSAFE_ASCII = /[^A-Za-z0-9._~\u{a0}-\u{d7ff}\u{f900}-\u{10ffff}-]/gu;
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text as a part of a URI: all that could mean something there is escaped, by RFC 5122 §2.7.2 and more. */
export function escapePart(text: string, iri: boolean): string {
  return text.replace(LONE, '\ufffd').replace(iri ? UNSAFE_ASCII : UNSAFE, (character) => {
    // These encodeURIComponent leaves alone.
    if ("!'()*".includes(character)) return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
    return encodeURIComponent(character);
  });
}

/** A domain: an address in brackets stays readable. */
export function escapeDomain(domain: string, iri: boolean): string {
  return domain.startsWith('[') ? domain : escapePart(domain, iri);
}

/** The text of a part, decoded once; undefined for what is no UTF-8. */
export function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
