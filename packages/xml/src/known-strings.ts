import { same } from './bytes.js';
import { ownString } from './own-string.js';

/** How many strings are remembered, in pairs of places for those of one hash; and how long one is at most. */
const SLOTS = 256;
const LONGEST = 80;

interface Known {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** Names and namespaces, which come again and again: one string for each is less to make, and the fastest to compare. */
export class KnownStrings {
  readonly #known: (Known | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);

  /** The one that is equal to those bytes, which are ASCII and have that hash, if it is remembered. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): string | undefined {
    const slot = slotOf(hash);
    const known = this.#known[slot];
    if (known !== undefined && equal(known.bytes, bytes, from, to)) return known.text;
    const other = this.#known[slot + 1];
    return other !== undefined && equal(other.bytes, bytes, from, to) ? other.text : undefined;
  }

  /** Remembers it; gives a string that does not keep alive what it was cut from. */
  add(fresh: string, bytes: Uint8Array, from: number, to: number, hash: number): string {
    if (fresh.length > LONGEST) return fresh;
    const text = ownString(fresh);
    const slot = slotOf(hash);
    this.#known[slot + 1] = this.#known[slot];
    this.#known[slot] = { text, bytes: Uint8Array.prototype.slice.call(bytes, from, to) };
    return text;
  }
}

function slotOf(hash: number): number {
  // The high bits of a product depend on all bits of the hash.
  return (Math.imul(hash, 0x9e3779b1) >>> 24) & (SLOTS - 2);
}

function equal(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  return known.length === to - from && same(bytes, from, known, 0, known.length);
}
