import { characterLength, codePointAt } from './utf8.js';

/**
 * Bytes of UTF-8 with a text that is theirs where they are ASCII, and has a `?` for each other byte: a place in one is the same place
 * in the other. One character beyond Latin-1 would make an engine keep all of a text in two bytes each.
 */
export interface Utf8Text {
  readonly ascii: string;
  readonly bytes: Uint8Array;
}

/** Nothing to read. */
export const NO_TEXT: Utf8Text = { ascii: '', bytes: new Uint8Array(0) };

const BEYOND_ASCII = 0x80;
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a part, which was found to be UTF-8, cut out of nothing. */
export function decoded(bytes: Uint8Array, from: number, to: number): string {
  return DECODER.decode(bytes.subarray(from, to));
}

/** Up to so many characters beyond ASCII are put into a text one by one. */
const FEW = 8;

/** The same, cut out where it can be. @param beyond How many characters of it are not ASCII. */
export function textOfPart({ ascii, bytes }: Utf8Text, from: number, to: number, beyond: number): string {
  if (beyond === 0) return ascii.slice(from, to);
  // To ask a decoder for a few characters takes longer than to read them.
  if (beyond > FEW) return decoded(bytes, from, to);
  let text = '';
  let start = from;
  let at = from;
  while (at < to) {
    if ((bytes[at] as number) < BEYOND_ASCII) at++;
    else {
      text += ascii.slice(start, at) + String.fromCodePoint(codePointAt(bytes, at));
      at += characterLength(bytes, at);
      start = at;
    }
  }
  return text + ascii.slice(start, to);
}

/** Up to so many bytes are copied into memory that is used again. */
const SHORT = 1_024;
const QUESTION = 0x3f;

/** Makes the texts of bytes. */
export class AsciiDecoder {
  /** For short ones; made when it is needed. */
  #copy: Copy | undefined;

  decode(bytes: Uint8Array): string {
    const { length } = bytes;
    if (length <= SHORT) this.#copy ??= copyOf(SHORT);
    const copy = length > SHORT ? copyOf(length) : (this.#copy as Copy);
    return onlyAscii(bytes, copy) ? DECODER.decode(bytes) : DECODER.decode(copy.bytes.subarray(0, length));
  }
}

/** Memory in bytes and in words: four bytes at a time are seen to be ASCII. */
interface Copy {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
}

function copyOf(length: number): Copy {
  const words = new Uint32Array((length + 3) >> 2);
  return { bytes: new Uint8Array(words.buffer), words };
}

/** Whether there is nothing else; where there is, the copy has a `?` for each byte of it. */
function onlyAscii(bytes: Uint8Array, { bytes: copy, words }: Copy): boolean {
  const count = (bytes.length + 3) >> 2;
  words[count - 1] = 0;
  copy.set(bytes);
  let found = true;
  for (let at = 0; at < count; at++) {
    if (((words[at] as number) & 0x80808080) === 0) continue;
    found = false;
    for (let i = 4 * at; i < 4 * at + 4; i++) if ((copy[i] as number) >= BEYOND_ASCII) copy[i] = QUESTION;
  }
  return found;
}
