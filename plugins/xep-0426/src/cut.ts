import { TextIndex, type TextRange } from './counting.js';

/** What is left of a text. */
export interface CutText {
  readonly text: string;
  /**
   * Where a part of the whole text is in what is left; undefined where nothing of it is left, or it never was there. Of one that was cut
   * in part it is the rest.
   */
  map(range: TextRange): TextRange | undefined;
}

/** A text without some of its parts, which may overlap. What is no part of the text is not cut. */
export function cut(text: string, ranges: Iterable<TextRange>): CutText {
  const index = new TextIndex(text);
  const gone = merged(index, ranges);
  let left = '';
  let from = 0;
  for (const { begin, end } of gone) {
    left += index.slice(from, begin) ?? '';
    from = end;
  }
  left += index.slice(from, index.codePoints) ?? '';
  const place = (at: number): number => {
    let before = 0;
    for (const { begin, end } of gone) {
      if (begin >= at) break;
      before += Math.min(end, at) - begin;
    }
    return at - before;
  };
  return {
    text: left,
    map: (range) => {
      if (!isIn(index, range)) return undefined;
      const mapped = { begin: place(range.begin), end: place(range.end) };
      return mapped.begin === mapped.end && range.begin !== range.end ? undefined : mapped;
    },
  };
}

/** Whether there is such a part of the text. */
function isIn(index: TextIndex, { begin, end }: TextRange): boolean {
  return begin <= end && index.toUtf16(begin) !== undefined && index.toUtf16(end) !== undefined;
}

function merged(index: TextIndex, ranges: Iterable<TextRange>): TextRange[] {
  const sorted = [...ranges].filter((range) => isIn(index, range)).sort((a, b) => a.begin - b.begin);
  const found: TextRange[] = [];
  for (const range of sorted) {
    const last = found.at(-1);
    if (last && range.begin <= last.end) {
      found[found.length - 1] = { begin: last.begin, end: Math.max(last.end, range.end) };
    } else if (range.begin < range.end) {
      found.push(range);
    }
  }
  return found;
}
