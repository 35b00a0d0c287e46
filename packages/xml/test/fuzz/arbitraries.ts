import fc from 'fast-check';

export const pick = <T>(...from: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...from);

export const joined = (piece: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
  fc.array(piece, { maxLength }).map((pieces) => pieces.join(''));

export const usually = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, weight = 8): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });

/** Pieces of a text that every parser reads. */
export const PIECES = [
  'text',
  ' ',
  '\n',
  'é',
  '€',
  '😀',
  '\u{10ffff}',
  '&amp;',
  '&lt;',
  '&apos;',
  '&gt;',
  '&quot;',
  ']]',
] as const;
