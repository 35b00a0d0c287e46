import type { Message } from '@sestina/core';
import { codePoints, slice } from '@sestina/xep-0426';

const MAX_LINES = 10;
const MAX_LENGTH = 1_000;

/**
 * What is put before a reply for programs that do not know replies: the words that are answered, with `> ` before each line and a newline
 * behind them. Empty where there are none. What they quote themselves is left out.
 */
export function quoteOf(text: string | undefined): string {
  const lines = (text ?? '').split('\n').filter((line) => !line.startsWith('>'));
  while (lines[0]?.trim() === '') lines.shift();
  let words = lines.slice(0, MAX_LINES).join('\n').trimEnd();
  const length = codePoints(words);
  if (length > MAX_LENGTH) words = `${slice(words, 0, MAX_LENGTH)}…`;
  else if (lines.length > MAX_LINES) words += '…';
  if (words === '') return '';
  return words
    .split('\n')
    .map((line) => `> ${line}\n`)
    .join('');
}

/** By namespace, the attributes that are places in the body. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  'urn:xmpp:markup:0': ['start', 'end'],
  'urn:xmpp:mentions:0': ['begin', 'end'],
  'urn:xmpp:reference:0': ['begin', 'end'],
};

/** Moves what is said of places in the body, since so many characters were put before it. */
export function movePlaces({ xml }: Message, by: number): void {
  for (const child of xml.elements()) {
    const names = PLACES[child.namespace];
    if (!names || child.attribute('anchor') !== undefined) continue;
    for (const part of [child, ...child.elements(), ...[...child.elements()].flatMap((list) => [...list.elements()])]) {
      for (const name of names) {
        const place = part.attribute(name);
        if (place !== undefined && /^\d{1,9}$/.test(place)) part.setAttribute(name, String(Number(place) + by));
      }
    }
  }
}
