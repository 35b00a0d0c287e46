import { type BadReference, characterOf, isReferenceChar, NO_REFERENCE, tooLong } from './reference.js';

/**
 * Looks at the reference that starts at `at`. Numbers are left to saxes: it knows which characters exist.
 * @returns the index behind its `;`, -1 where the text ends before it is complete, or what is wrong with it, which the character
 * before `end` shows.
 */
export function checkReference(text: string, at: number): number | (BadReference & { readonly end: number }) {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3b) {
      const bad = text.charCodeAt(at + 1) === 0x23 || characterOf(text.slice(at + 1, i));
      return typeof bad === 'object' ? { ...bad, end: i + 1 } : i + 1;
    }
    const bad = isReferenceChar(code) ? tooLong(text.slice(at + 1, i + 1)) : NO_REFERENCE;
    if (bad !== undefined) return { ...bad, end: i + 1 };
  }
  return -1;
}
