/** A part of a text; `end` is the first place that is no part of it. In code points, as on the wire, unless it says otherwise. */
export interface TextRange {
  readonly begin: number;
  readonly end: number;
}

/** How many characters a text has, as specifications count: code points (XEP-0426 §2). */
export function codePoints(text: string): number {
  return new TextIndex(text).codePoints;
}

/** The part between two places in code points; undefined where there are no such places, or they are the wrong way round. */
export function slice(text: string, begin: number, end: number): string | undefined {
  return new TextIndex(text).slice(begin, end);
}

/** The place in UTF-16 units, as JavaScript counts, of a place in code points; undefined where there is none. */
export function toUtf16(text: string, index: number): number | undefined {
  return new TextIndex(text).toUtf16(index);
}

/** The place in code points of a place in UTF-16 units; undefined where there is none, or it is in the middle of a character. */
export function fromUtf16(text: string, index: number): number | undefined {
  return new TextIndex(text).fromUtf16(index);
}

/** Places in a text, for many of them: the text is gone through once. */
export class TextIndex {
  readonly text: string;
  /** Where characters of two units begin, in UTF-16 units. In most texts there are none. */
  readonly #pairs: readonly number[];

  constructor(text: string) {
    this.text = text;
    const pairs: number[] = [];
    for (let i = 0; i < text.length; i++) {
      if (!isHigh(text.charCodeAt(i)) || !isLow(text.charCodeAt(i + 1))) continue;
      pairs.push(i);
      i += 1;
    }
    this.#pairs = pairs;
  }

  /** How many characters the text has. */
  get codePoints(): number {
    return this.text.length - this.#pairs.length;
  }

  slice(begin: number, end: number): string | undefined {
    const [from, to] = [this.toUtf16(begin), this.toUtf16(end)];
    return from === undefined || to === undefined || from > to ? undefined : this.text.slice(from, to);
  }

  toUtf16(index: number): number | undefined {
    if (!Number.isSafeInteger(index) || index < 0 || index > this.codePoints) return undefined;
    // The pair of that number begins so many places before it in code points.
    return index + countWhere(this.#pairs.length, (i) => (this.#pairs[i] as number) - i < index);
  }

  fromUtf16(index: number): number | undefined {
    if (!Number.isSafeInteger(index) || index < 0 || index > this.text.length) return undefined;
    const before = countWhere(this.#pairs.length, (i) => (this.#pairs[i] as number) < index);
    const isInside = this.#pairs[before - 1] === index - 1;
    return isInside ? undefined : index - before;
  }
}

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

/** For how many of the first ones something holds, where it holds for none behind one for which it does not. */
function countWhere(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
