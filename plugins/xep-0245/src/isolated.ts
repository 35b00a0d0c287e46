const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';
/** What opens an isolate (Unicode Standard Annex #9 §2.4). */
const ISOLATES: ReadonlySet<string> = new Set(['\u2066', '\u2067', FIRST_STRONG_ISOLATE]);
// A line break ends every isolate, and begins a line that looks like somebody else's.
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/** A text that is shown within another one, whose direction it does not turn, whatever is in it. */
export function isolated(text: string): string {
  let open = 0;
  let inside = '';
  for (const character of text.replace(BREAKS, ' ')) {
    if (ISOLATES.has(character)) open += 1;
    else if (character === POP_ISOLATE && open === 0) continue;
    else if (character === POP_ISOLATE) open -= 1;
    inside += character;
  }
  return FIRST_STRONG_ISOLATE + inside + POP_ISOLATE.repeat(open + 1);
}
