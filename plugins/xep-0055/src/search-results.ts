import type { ResultPage, SearchResult } from './results.js';

/** Asks for the page behind that place; the first, where there is none. */
export type AskPage = (after: string | undefined) => Promise<ResultPage>;

/** Who was found: asked for as they are wanted. `complete` and `skipped` say what there is to say once all have been looked at. */
export class SearchResults implements AsyncIterable<SearchResult> {
  readonly #ask: AskPage;
  readonly #max: number;
  #skipped = 0;
  #complete: boolean | undefined;

  /** @internal Made by `search()`. */
  constructor(ask: AskPage, max: number) {
    this.#ask = ask;
    this.#max = max;
  }

  /** Rows that named nobody, up to now. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Whether these are all that the service has; undefined until all have been looked at. */
  get complete(): boolean | undefined {
    return this.#complete;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SearchResult, void, undefined> {
    this.#skipped = 0;
    this.#complete = undefined;
    let given = 0;
    let after: string | undefined;
    let count: number | undefined;
    for (;;) {
      const page = await this.#ask(after);
      this.#skipped += page.skipped;
      count = page.count ?? count;
      for (const result of page.results) {
        if (given >= this.#max) {
          this.#complete = false;
          return;
        }
        given += 1;
        yield result;
      }
      // A service may go on for ever with rows that name nobody.
      if (this.#skipped > this.#max) {
        this.#complete = false;
        return;
      }
      // A service that says the same again has no more.
      if (page.last === undefined || page.last === after || given + this.#skipped >= (count ?? 0)) break;
      after = page.last;
    }
    this.#complete = given + this.#skipped >= (count ?? 0);
  }
}
