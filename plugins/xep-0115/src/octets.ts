/** Compares by the bytes of UTF-8, the collation `i;octet` of RFC 4790. By code points, which gives the same order. */
export function compareOctets(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // A surrogate stands for a character beyond all that one unit can hold, U+E000 to U+FFFF too.
    const beyondX = isSurrogate(x);
    const beyondY = isSurrogate(y);
    return beyondX === beyondY ? x - y : beyondX ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/** Compares lists of texts, the first that differ deciding. */
export function compareLists(a: readonly string[], b: readonly string[]): number {
  for (const [index, text] of a.entries()) {
    const order = compareOctets(text, b[index] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
