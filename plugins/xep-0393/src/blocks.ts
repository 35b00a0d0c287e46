import { isSpace, spansOf } from './spans.js';
import { type Block, type Building, leaf, type PreBlock, type QuoteBlock, type Span } from './tree.js';

/** How deep quotations are in each other; what is deeper is the text of the last one. */
const MAX_QUOTES = 20;
const FENCE = '```';

/** How a text is read. */
export interface StylingOptions {
  /**
   * Whether its sender wants no style: `message.unstyled`. Then it is one plain block.
   * @default false
   */
  readonly unstyled?: boolean | undefined;
}

/** The blocks of a text with their spans (XEP-0393 §6). They cover all of it: nothing is taken out, and nothing is added. */
export function parse(text: string, { unstyled = false }: StylingOptions = {}): Block[] {
  if (text === '') return [];
  if (unstyled) return [{ kind: 'plain', begin: 0, end: text.length, spans: [leaf('plain', 0, text.length)] }];
  const reader = new BlockReader(text);
  for (let begin = 0; begin < text.length; ) {
    const newline = text.indexOf('\n', begin);
    const next = newline < 0 ? text.length : newline + 1;
    reader.line(begin, newline < 0 ? next : newline, next);
    begin = next;
  }
  return reader.blocks;
}

/** Takes one line after the other. */
class BlockReader {
  readonly blocks: Block[] = []; // bound: lines of a text that is at hand
  readonly #text: string;
  /** The quotations that the last line is in, the outermost first. */
  readonly #quotes: Building<QuoteBlock>[] = []; // bound: MAX_QUOTES
  /** The block of lines between three backquotes that the last line is in. */
  #pre: Building<PreBlock> | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** @param end Where the text of the line ends. @param next Where the next one begins. */
  line(begin: number, end: number, next: number): void {
    // What stands between backquotes is a text of its own, also where it begins as a quotation does.
    const most = this.#pre ? this.#quotes.length : MAX_QUOTES;
    const { depth, from } = this.#marks(begin, end, most);
    this.#leave(depth);
    while (this.#quotes.length < depth) this.#enter(begin);
    for (const open of this.#quotes) open.end = next;
    const marks = begin < from ? [leaf('directive', begin, from)] : [];
    if (this.#pre) this.#preformatted(this.#pre, marks, from, end, next);
    else if (this.#text.startsWith(FENCE, from)) this.#begins(marks, begin, from, next);
    else this.#siblings().push({ kind: 'plain', begin, end: next, spans: this.#spans(marks, from, end, next) });
  }

  /** How many quotations a line is in, and where what they quote begins: behind one character of white space for each (XEP-0393 §6.1.3). */
  #marks(begin: number, end: number, most: number): { depth: number; from: number } {
    let depth = 0;
    let from = begin;
    while (depth < most && from < end && this.#text.charAt(from) === '>') {
      depth += 1;
      from += 1;
      if (from < end && isSpace(this.#text.charCodeAt(from))) from += 1;
    }
    return { depth, from };
  }

  #siblings(): Block[] {
    return this.#quotes.at(-1)?.blocks ?? this.blocks;
  }

  #enter(begin: number): void {
    const block: Building<QuoteBlock> = { kind: 'quote', begin, end: begin, blocks: [] };
    this.#siblings().push(block);
    this.#quotes.push(block);
  }

  /** Ends the quotations that a line is not in any more, with what is open in them. */
  #leave(depth: number): void {
    if (this.#quotes.length <= depth) return;
    this.#quotes.length = depth;
    this.#pre = undefined;
  }

  #begins(marks: Span[], begin: number, from: number, next: number): void {
    this.#pre = { kind: 'pre', begin, end: next, spans: [...marks, leaf('directive', from, next)] };
    this.#siblings().push(this.#pre);
  }

  #preformatted(pre: Building<PreBlock>, marks: Span[], from: number, end: number, next: number): void {
    pre.end = next;
    const isEnd = end - from === FENCE.length && this.#text.startsWith(FENCE, from);
    if (isEnd) this.#pre = undefined;
    const line = from < end ? [leaf('plain', from, end)] : [];
    pre.spans.push(...marks, ...(isEnd ? [leaf('directive', from, next)] : broken(line, end, next)));
  }

  #spans(marks: Span[], from: number, end: number, next: number): Span[] {
    return [...marks, ...broken(spansOf(this.#text, from, end), end, next)];
  }
}

/** What a line says, with its end. */
function broken(line: Span[], end: number, next: number): Span[] {
  if (end < next) line.push(leaf('break', end, next));
  return line;
}
