import { parse, type StylingOptions } from './blocks.js';
import { visit } from './visit.js';

/** A text without its directives, for a notification or a screen reader; who has said a quotation is not to be seen any more. */
export function plain(text: string, options: StylingOptions = {}): string {
  const parts: string[] = [];
  visit(parse(text, options), {
    leaf: ({ kind, begin, end }) => {
      if (kind !== 'directive') parts.push(text.slice(begin, end));
    },
  });
  return parts.join('');
}

/** A text as a quotation: with `> ` before each of its lines. */
export function quote(text: string): string {
  return `> ${text.split('\n').join('\n> ')}`;
}
