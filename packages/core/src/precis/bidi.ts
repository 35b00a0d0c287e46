// There is no Unicode property escape for Bidi_Class. The blocks that Unicode sets aside for right-to-left scripts,
// together with the general category, give the same answer for what identifiers and labels may hold; of the characters
// that get that far only some modifier letters (U+02B9, U+02C6, …: neutral) and a few Indic marks come out as L.
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** One letter per character: Nonspacing mark, European number, Arabic number, Right-to-left, Left-to-right, Other. */
function bidiClasses(text: string): string {
  let classes = '';
  for (const char of text) {
    if (/[\p{Mn}\p{Me}]/u.test(char)) classes += 'N';
    else if (/[\d\u06F0-\u06F9]/.test(char)) classes += 'E';
    else if (/[\u0660-\u0669\u{10D30}-\u{10D39}]/u.test(char)) classes += 'A';
    else if (RIGHT_TO_LEFT.test(char)) classes += 'R';
    else classes += /[\p{L}\p{Mc}\p{Nd}\u0F0B\u3007]/u.test(char) ? 'L' : 'O';
  }
  return classes;
}

/** Whether the text has a character of Bidi class R, AL or AN. */
export function hasRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text) && /[RA]/.test(bidiClasses(text));
}

/** The Bidi Rule of RFC 5893 §2, all six conditions. */
export function followsBidiRule(text: string): boolean {
  const classes = bidiClasses(text);
  if (classes.startsWith('R')) {
    return !classes.includes('L') && /[REA]N*$/.test(classes) && !(classes.includes('E') && classes.includes('A'));
  }
  return classes.startsWith('L') && !/[RA]/.test(classes) && /[LE]N*$/.test(classes);
}
