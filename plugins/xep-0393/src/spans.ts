import { leaf, type Span } from './tree.js';

type Styled = 'strong' | 'emphasis' | 'strike' | 'pre';

/** By the sign around it, the style of a span (XEP-0393 §6.2). */
const STYLES: ReadonlyMap<string, Styled> = new Map<string, Styled>([
  ['*', 'strong'],
  ['_', 'emphasis'],
  ['~', 'strike'],
  ['`', 'pre'],
]);

/**
 * The spans of a part of a line. A sign stands for itself in what is between two of its kind, so that spans are in each other four deep
 * at most, and each is looked for to the end of its part once: the time that it takes grows with the length alone.
 */
export function spansOf(text: string, begin: number, end: number): Span[] {
  const spans: Span[] = [];
  /** Signs that nothing closes any more. */
  const unclosed = new Set<string>();
  let from = begin;
  let at = begin;
  while (at < end) {
    const sign = text.charAt(at);
    const kind = STYLES.get(sign);
    if (!kind || unclosed.has(sign) || !opens(text, at, begin, end)) {
      at += 1;
      continue;
    }
    const close = closing(text, sign, at + 1, end);
    if (close === undefined) {
      unclosed.add(sign);
      at += 1;
    } else if (close === at + 1) {
      // Nothing between them: neither is a directive.
      at += 2;
    } else {
      if (from < at) spans.push(leaf('plain', from, at));
      spans.push(styled(text, kind, at, close));
      at = close + 1;
      from = at;
    }
  }
  if (from < end) spans.push(leaf('plain', from, end));
  return spans;
}

function styled(text: string, kind: Styled, open: number, close: number): Span {
  const inside = kind === 'pre' ? [leaf('plain', open + 1, close)] : spansOf(text, open + 1, close);
  const children = [leaf('directive', open, open + 1), ...inside, leaf('directive', close, close + 1)];
  return { kind, begin: open, end: close + 1, children };
}

/** At the beginning, which is that of the line or behind another directive that opens, or after white space; and not before any. */
function opens(text: string, at: number, begin: number, end: number): boolean {
  if (at + 1 >= end || isSpace(text.charCodeAt(at + 1))) return false;
  return at === begin || isSpace(text.charCodeAt(at - 1));
}

/** Where the next sign of that kind is that no white space stands before. */
function closing(text: string, sign: string, from: number, end: number): number | undefined {
  for (let at = from; at < end; at++) {
    if (text.charAt(at) === sign && !isSpace(text.charCodeAt(at - 1))) return at;
  }
  return undefined;
}

/** White space of Unicode: the property `White_Space`, and the categories of separators, which it contains. */
export function isSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  if (code >= 0x2000 && code <= 0x200a) return true;
  return code === 0x1680 || code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}
