import { isNameChar } from './names.js';
import type { XmlCondition } from './xml-error.js';

/** The longest name that may stand between `&` and `;`. */
const LONGEST_NAME = 10;
/** The same for a number: zeros before it mean nothing (XML 1.0 §4.1), and there could be any number of them. */
const LONGEST_NUMBER = 32;
const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A reference that cannot go through. */
export interface BadReference {
  readonly condition: XmlCondition;
  readonly message: string;
}

/** What one with another character in it is, and one to a name that XML does not have. */
export const NO_REFERENCE: BadReference = {
  condition: 'not-well-formed',
  message: 'a reference to an entity that XMPP does not have, or a bare &',
};

/** The character that a reference stands for, or what is wrong with it. @param reference What is between `&` and `;`. */
export function characterOf(reference: string): string | BadReference {
  if (Object.hasOwn(PREDEFINED, reference)) return PREDEFINED[reference] as string;
  if (!reference.startsWith('#')) {
    return /^[A-Za-z_:]/.test(reference) ? { ...NO_REFERENCE, condition: 'restricted-xml' } : NO_REFERENCE;
  }
  const [, hex, decimal] = /^#(?:x([0-9a-f]+)|([0-9]+))$/i.exec(reference) ?? [];
  const code = Number.parseInt(hex ?? decimal ?? '', hex === undefined ? 10 : 16);
  return isCharacter(code)
    ? String.fromCodePoint(code)
    : { condition: 'not-well-formed', message: 'a reference to a character that XML does not have' };
}

/** What is wrong with the beginning of a reference, where it is longer than any that is meant well. */
export function tooLong(beginning: string): BadReference | undefined {
  const isNumber = beginning.startsWith('#');
  if (beginning.length <= (isNumber ? LONGEST_NUMBER : LONGEST_NAME)) return undefined;
  if (!isNumber) return NO_REFERENCE;
  const message = `a character reference of more than ${LONGEST_NUMBER} characters`;
  return { condition: 'policy-violation', message };
}

/** `Char` (XML 1.0 §2.2). */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code < 0x11_0000);
}

export function isReferenceChar(code: number): boolean {
  return code === 0x23 || (code < 0x80 && isNameChar(code));
}
