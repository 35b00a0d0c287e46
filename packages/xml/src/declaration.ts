import { XmlStreamError } from './xml-error.js';

const SPACE = '[ \\t\\r\\n]';
const EQUALS = `${SPACE}*=${SPACE}*`;
const DECLARATION = new RegExp(
  `^<\\?xml${SPACE}+version${EQUALS}(?:'1\\.[0-9]+'|"1\\.[0-9]+")` +
    `(?:${SPACE}+encoding${EQUALS}(?:'([A-Za-z][\\w.-]*)'|"([A-Za-z][\\w.-]*)"))?` +
    `(?:${SPACE}+standalone${EQUALS}(?:'(?:yes|no)'|"(?:yes|no)"))?${SPACE}*\\?>$`,
);
/** Longer than any that is meant well. */
const LONGEST = 256;

/**
 * Reads past an XML declaration at the very start of a stream (RFC 6120 §11.5).
 * @returns where it ends; 0 where there is none, -1 where more has to come first.
 * @throws XmlStreamError
 */
export function skipDeclaration(text: string): number {
  const start = text.slice(0, 5);
  if (!'<?xml'.startsWith(start)) {
    if (start.startsWith('<?')) throw restricted();
    return 0;
  }
  if (text.length < 6) return -1;
  if (!/\s/.test(text.charAt(5))) throw restricted();
  const end = text.indexOf('?>') + 2;
  if (end < 2 && text.length <= LONGEST) return -1;
  const found = end >= 2 && end <= LONGEST ? DECLARATION.exec(text.slice(0, end)) : null;
  if (!found) throw new XmlStreamError('not-well-formed', 'the XML declaration is malformed');
  const encoding = found[1] ?? found[2] ?? 'UTF-8';
  if (encoding.toUpperCase() !== 'UTF-8') {
    throw new XmlStreamError('unsupported-encoding', `the stream is declared as ${encoding}; XMPP is UTF-8 only`);
  }
  return end;
}

function restricted(): XmlStreamError {
  return new XmlStreamError('restricted-xml', 'a processing instruction; XMPP forbids them');
}
