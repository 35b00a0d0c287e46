const MAX_CODE_POINTS = 32;

// What a single emoji may be (UTS #51 §1.4.9): a flag, a keycap, a picture with its variation, its tone of skin or its tags, and more of
// them behind a joiner.
const PART =
  '(?:\\p{RI}\\p{RI}|\\p{Extended_Pictographic}(?:\\p{EMod}|[\\uFE0E\\uFE0F]\\u20E3?|[\\u{E0020}-\\u{E007E}]+\\u{E007F})?)';
const EMOJI = new RegExp(`^(?:[0-9#*]\\uFE0F?\\u20E3|${PART}(?:\\u200D${PART})*)$`, 'u');

/** Whether a text is a single emoji. */
export function isEmoji(text: string): boolean {
  // Each is two units at most, so that nothing long is looked at.
  return text.length <= 2 * MAX_CODE_POINTS && [...text].length <= MAX_CODE_POINTS && EMOJI.test(text);
}

/** Those that are single emojis, each once, in their order, and not more than that. */
export function emojisOf(texts: Iterable<string>, max: number): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    if (found.size >= max) break;
    if (isEmoji(text)) found.add(text);
  }
  return [...found];
}
