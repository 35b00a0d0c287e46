export const LT = 0x3c;
export const GT = 0x3e;
export const SLASH = 0x2f;
export const SPACE = 0x20;
export const EQUALS = 0x3d;
export const AMPERSAND = 0x26;
export const QUOTE = 0x22;
export const APOSTROPHE = 0x27;
export const BRACKET = 0x5d;
export const SEMICOLON = 0x3b;

// What a byte can be; those of characters beyond ASCII are always worth a look.
/** A name may begin with it. */
export const START = 1;
/** It may stand in a name. */
export const INNER = 2;
/** Something ends or begins with it in an attribute's value, or it must not stand there. */
export const IN_VALUE = 4;
/** The same for text. */
export const IN_TEXT = 8;
/** It separates a prefix. */
export const COLON = 16;
/** A name ends at it. */
export const OUTER = 32;

/** The kinds of each byte. */
export const KINDS = kindsOfBytes();

function kindsOfBytes(): Uint8Array {
  const kinds = new Uint8Array(256);
  const mark = (characters: string, kind: number): void => {
    for (const character of characters) kinds[character.charCodeAt(0)] = kind;
  };
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  mark(`${letters}${letters.toUpperCase()}_`, START | INNER);
  mark('0123456789.-', INNER);
  mark(':', INNER | COLON);
  kinds.fill(IN_VALUE | IN_TEXT, 0, 0x20);
  kinds.fill(IN_VALUE | IN_TEXT, 0x80);
  mark('\t\n"\'', IN_VALUE);
  mark('<&', IN_VALUE | IN_TEXT);
  mark('>', IN_TEXT);
  for (let byte = 0; byte < 256; byte++) if (((kinds[byte] as number) & INNER) === 0) (kinds[byte] as number) |= OUTER;
  return kinds;
}
