import type { Message } from '@sestina/core';
import { codePoints, type TextRange } from '@sestina/xep-0426';
import type { Fallback } from './stanza.js';

/**
 * The parts of a message's body that stand for something that is understood. A part that does not fit the body is ignored as a whole:
 * hiding the wrong words would be worse than showing too many.
 */
export function fallbackParts(
  message: Message,
  body: string,
  understands: (namespace: string) => boolean,
): TextRange[] {
  const all = { begin: 0, end: codePoints(body) };
  const parts: TextRange[] = [];
  for (const fallback of message.fallbacks) {
    // Without a word what for, nobody knows what takes its place.
    if (fallback.for !== undefined && understands(fallback.for)) parts.push(...partsOf(fallback, all));
  }
  return parts;
}

function partsOf({ body, subject }: Fallback, all: TextRange): TextRange[] {
  if (body.length === 0) return subject.length === 0 ? [all] : [];
  const parts: TextRange[] = [];
  for (const { start, end, xml: part } of body) {
    const isWhole = part.attribute('start') === undefined && part.attribute('end') === undefined;
    if (isWhole) parts.push(all);
    else if (start !== undefined && end !== undefined && start <= end && end <= all.end)
      parts.push({ begin: start, end });
  }
  return parts;
}
