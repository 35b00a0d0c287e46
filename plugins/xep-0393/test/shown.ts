import { type Block, parse, type Span, type StylingOptions, visit } from '../src/index.js';

/** A text as it would be shown: `<strong>*a*</strong>`, directives included. */
export function shown(text: string, options?: StylingOptions): string {
  let written = '';
  visit(parse(text, options), {
    enter: ({ kind }) => {
      written += kind === 'plain' ? '[' : `<${kind}>`;
    },
    leaf: ({ begin, end }) => {
      written += text.slice(begin, end);
    },
    leave: ({ kind }) => {
      written += kind === 'plain' ? ']' : `</${kind}>`;
    },
  });
  return written;
}

/** All leaves one after the other, which are the whole text; fails where there is a gap. */
export function leaves(blocks: readonly Block[]): Span[] {
  const found: Span[] = [];
  visit(blocks, { leaf: (span) => void found.push(span) });
  let at = 0;
  for (const { begin, end } of found) {
    if (begin !== at || end <= begin) throw new Error(`a leaf from ${begin} to ${end} where ${at} was expected`);
    at = end;
  }
  return found;
}
