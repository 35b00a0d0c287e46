/**
 * A part of a text with one style. Places are those of JavaScript, in UTF-16 units of the whole text: `text.slice(begin, end)`.
 * `directive` is what makes the style and stays in the text (XEP-0393 §8): a sign around a span or at the beginning of a quotation, a
 * line of three backquotes. `break` is the end of a line.
 */
export interface Span {
  readonly kind: 'plain' | 'strong' | 'emphasis' | 'strike' | 'pre' | 'directive' | 'break';
  readonly begin: number;
  /** The first place that is no part of it. */
  readonly end: number;
  /** What is in it, from its beginning to its end, without gap; empty for `plain`, `directive` and `break`. */
  readonly children: readonly Span[];
}

/** A line. */
export interface PlainBlock {
  readonly kind: 'plain';
  readonly begin: number;
  readonly end: number;
  readonly spans: readonly Span[];
}

/** Lines between lines of three backquotes, in which nothing has a style. */
export interface PreBlock {
  readonly kind: 'pre';
  readonly begin: number;
  readonly end: number;
  readonly spans: readonly Span[];
}

/** Lines that somebody has quoted. */
export interface QuoteBlock {
  readonly kind: 'quote';
  readonly begin: number;
  readonly end: number;
  readonly blocks: readonly Block[];
}

/** A part of a text that consists of whole lines (XEP-0393 §6.1). */
export type Block = PlainBlock | PreBlock | QuoteBlock;

/** What is being built. */
export type Building<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

export const leaf = (kind: 'plain' | 'directive' | 'break', begin: number, end: number): Span => ({
  kind,
  begin,
  end,
  children: [],
});
