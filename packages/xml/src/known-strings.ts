import { ownString } from './own-string.js';

/** How many strings are remembered, in pairs of places for those of one hash: few at first, and up to so many. */
const FEWEST = 32;
const MOST = 256;
/** How long one is at most. */
const LONGEST = 80;

/** Names and namespaces, which come again and again: one string for each is less to make, and the fastest to compare. */
export class KnownStrings {
  #known = places(FEWEST);

  /** The one that is equal to those bytes, which are ASCII and have that hash, if it is remembered. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): string | undefined {
    const known = this.#known;
    const slot = slotOf(hash, known.length);
    const text = known[slot];
    if (text !== undefined && equal(text, bytes, from, to)) return text;
    const other = known[slot + 1];
    return other !== undefined && equal(other, bytes, from, to) ? other : undefined;
  }

  /** Remembers it; gives a string that does not keep alive what it was cut from. */
  add(fresh: string, hash: number): string {
    if (fresh.length > LONGEST) return fresh;
    const text = ownString(fresh);
    let slot = slotOf(hash, this.#known.length);
    if (this.#known[slot + 1] !== undefined && this.#known.length < MOST) {
      // What was known comes again.
      this.#known = places(2 * this.#known.length);
      slot = slotOf(hash, this.#known.length);
    }
    this.#known[slot + 1] = this.#known[slot];
    this.#known[slot] = text;
    return text;
  }
}

function places(count: number): (string | undefined)[] {
  return new Array<undefined>(count).fill(undefined);
}

function slotOf(hash: number, places: number): number {
  // The high bits of a product depend on all bits of the hash.
  return (Math.imul(hash, 0x9e3779b1) >>> 24) & (places - 2);
}

function equal(known: string, bytes: Uint8Array, from: number, to: number): boolean {
  const { length } = known;
  if (length !== to - from) return false;
  for (let i = 0; i < length; i++) {
    if (known.charCodeAt(i) !== bytes[from + i]) return false;
  }
  return true;
}
