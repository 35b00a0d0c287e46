import { COLON, INNER, START as KIND_START, KINDS } from './byte-kinds.js';

const START =
  'A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF' +
  '\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const FURTHER = '\\-.0-9\\xB7\\u0300-\\u036F\\u203F\\u2040';
const NC_NAME = new RegExp(`^[${START}][${START}${FURTHER}]*$`, 'u');
const NAME_START = new RegExp(`[:${START}]`, 'u');
const NAME_CHAR = new RegExp(`[:${START}${FURTHER}]`, 'u');

/** Whether a name can begin with that character (`NameStartChar`, XML 1.0 §2.3). */
export function isNameStart(code: number): boolean {
  if (code < 0x80) return ((KINDS[code] as number) & (KIND_START | COLON)) !== 0;
  return NAME_START.test(String.fromCodePoint(code));
}

/** Whether a name can hold that character (`NameChar`, XML 1.0 §2.3). */
export function isNameChar(code: number): boolean {
  if (code < 0x80) return ((KINDS[code] as number) & INNER) !== 0;
  return NAME_CHAR.test(String.fromCodePoint(code));
}

/** Whether it is a name without a colon (`NCName`, XML Namespaces §3). */
export function isNcName(name: string): boolean {
  return isAsciiNcName(name) || NC_NAME.test(name);
}

/** Nearly all names are short and in ASCII: for those a loop takes a quarter of the time that a regular expression does. */
function isAsciiNcName(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    const lower = code | 0x20;
    if ((lower >= 0x61 && lower <= 0x7a) || code === 0x5f) continue;
    const follows = (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e;
    if (i === 0 || !follows) return false;
  }
  return name !== '';
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** Whether every character of it can stand in XML (`Char`, XML 1.0 §2.2): no control characters, no lone surrogates. */
export function isValidXmlText(text: string): boolean {
  return !FORBIDDEN.test(text);
}
