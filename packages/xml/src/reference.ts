/** The longest that may stand between `&` and `;`. */
const LONGEST = 10;
const PREDEFINED: readonly string[] = ['amp', 'lt', 'gt', 'quot', 'apos'];

/** A reference that cannot go through. */
export interface BadReference {
  readonly restricted: boolean;
  /** Index behind the character that showed it. */
  readonly end: number;
}

/**
 * Looks at the reference that starts at `at`. Numbers are left to the tokenizer: it knows which characters exist.
 * @returns the index behind its `;`, -1 where the text ends before it is complete, or what is wrong with it.
 */
export function checkReference(text: string, at: number): number | BadReference {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3b) {
      const name = text.slice(at + 1, i);
      if (name.startsWith('#') || PREDEFINED.includes(name)) return i + 1;
      return { restricted: /^[A-Za-z_:]/.test(name), end: i + 1 };
    }
    if (i - at > LONGEST || !isReferenceChar(code)) return { restricted: false, end: i + 1 };
  }
  return -1;
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
