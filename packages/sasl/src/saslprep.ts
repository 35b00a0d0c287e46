import { CredentialsError } from './errors.js';

/** RFC 3454 C.1.2. U+200B is in B.1 too; RFC 4013 names the spaces first. */
const spaces = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;

/** RFC 3454 B.1, the commonly mapped to nothing. */
const nothing = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;

// Engines take milliseconds to expand these classes: they are made when there is a password.

/** RFC 3454 C.2 to C.9, after NFKC. Property escapes stand for control, private use, surrogates, non-characters. */
const prohibited = () =>
  new RegExp(
    [
      '\\p{Cc}|\\p{Co}|\\p{Cs}|\\p{Noncharacter_Code_Point}',
      '[\\u06dd\\u070f\\u1680\\u180e\\u200e\\u200f\\u2028-\\u202e\\u2061-\\u2063\\u206a-\\u206f]',
      '[\\u2ff0-\\u2ffb\\ufff9-\\ufffd]|[\\u{1d173}-\\u{1d17a}]|\\u{e0001}|[\\u{e0020}-\\u{e007f}]',
    ].join('|'),
    'u',
  );

/** RFC 3454 D.1: bidirectional category R or AL. */
const rightToLeftRanges =
  '\\u05be\\u05c0\\u05c3\\u05d0-\\u05ea\\u05f0-\\u05f4\\u061b\\u061f\\u0621-\\u063a\\u0640-\\u064a\\u066d-\\u066f' +
  '\\u0671-\\u06d5\\u06dd\\u06e5\\u06e6\\u06fa-\\u06fe\\u0700-\\u070d\\u0710\\u0712-\\u072c\\u0780-\\u07a5\\u07b1\\u200f' +
  '\\ufb1d\\ufb1f-\\ufb28\\ufb2a-\\ufb36\\ufb38-\\ufb3c\\ufb3e\\ufb40\\ufb41\\ufb43\\ufb44\\ufb46-\\ufbb1' +
  '\\ufbd3-\\ufd3d\\ufd50-\\ufd8f\\ufd92-\\ufdc7\\ufdf0-\\ufdfc\\ufe70-\\ufe74\\ufe76-\\ufefc';
const rightToLeft = () => new RegExp(`[${rightToLeftRanges}]`, 'u');
const rightToLeftAtBothEnds = () => new RegExp(`^[${rightToLeftRanges}](?:[^]*[${rightToLeftRanges}])?$`, 'u');
/** Stands for RFC 3454 D.2: letters and spacing marks that are not right to left. */
const leftToRight = () => new RegExp(`(?![${rightToLeftRanges}])[\\p{L}\\p{Mc}\\p{Nl}]`, 'u');

/**
 * SASLprep (RFC 4013) of a user name or password. Unicode is that of the platform, not 3.2.
 * @param field what it is, for the error
 * @param unassigned whether code points without a character pass: true for a query (user name), false for a stored
 *   string (password), as RFC 5802 section 2.2 and 5.1 have it
 * @throws CredentialsError where it is empty afterwards, or holds what is prohibited. The text is not in the error.
 */
export function saslprep(text: string, field = 'text', unassigned = false): string {
  const prepared = text.replace(spaces, ' ').replace(nothing, '').normalize('NFKC');
  const fail = (why: string) => new CredentialsError(field, `${why} (SASLprep, RFC 4013)`);
  if (prepared === '') throw fail('nothing is left of it');
  if (prohibited().test(prepared)) throw fail('it holds a control, private or otherwise prohibited character');
  if (!unassigned && /\p{Cn}/u.test(prepared)) throw fail('it holds a code point that Unicode has not assigned');
  if (rightToLeft().test(prepared) && (leftToRight().test(prepared) || !rightToLeftAtBothEnds().test(prepared))) {
    throw fail('it mixes right-to-left text with other text');
  }
  return prepared;
}
