import type { XmlCondition } from '../../src/xml-error.js';

/** The longest name that may stand between `&` and `;`. */
const LONGEST_NAME = 10;
/** The same for a number: zeros before it mean nothing (XML 1.0 §4.1), and there could be any number of them. */
const LONGEST_NUMBER = 32;
const PREDEFINED: readonly string[] = ['amp', 'lt', 'gt', 'quot', 'apos'];

/** A reference that cannot go through. */
export interface BadReference {
  readonly condition: XmlCondition;
  readonly message: string;
  /** Index behind the character that showed it. */
  readonly end: number;
}

/**
 * Looks at the reference that starts at `at`. Numbers are left to the tokenizer: it knows which characters exist.
 * @returns the index behind its `;`, -1 where the text ends before it is complete, or what is wrong with it.
 */
export function checkReference(text: string, at: number): number | BadReference {
  const isNumber = text.charCodeAt(at + 1) === 0x23;
  const longest = isNumber ? LONGEST_NUMBER : LONGEST_NAME;
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3b) {
      const name = text.slice(at + 1, i);
      if (isNumber || PREDEFINED.includes(name)) return i + 1;
      return unknown(/^[A-Za-z_:]/.test(name) ? 'restricted-xml' : 'not-well-formed', i + 1);
    }
    if (!isReferenceChar(code)) return unknown('not-well-formed', i + 1);
    if (i - at <= longest) continue;
    if (!isNumber) return unknown('not-well-formed', i + 1);
    const message = `a character reference of more than ${LONGEST_NUMBER} characters`;
    return { condition: 'policy-violation', message, end: i + 1 };
  }
  return -1;
}

function unknown(condition: XmlCondition, end: number): BadReference {
  return { condition, message: 'a reference to an entity that XMPP does not have, or a bare &', end };
}

function isReferenceChar(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x3a) ||
    code === 0x23 ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  );
}
