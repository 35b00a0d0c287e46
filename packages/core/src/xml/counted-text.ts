import { utf8Length } from './utf8.js';

/** So many characters are counted one by one before ASCII is skipped again. */
const NEAR = 32;

/** A text whose bytes can be counted up to any place, cheaply where places only go forward. */
export class CountedText {
  text = '';
  #bytes = 0;
  #ascii = true;
  /** A place whose count is known. */
  #at = 0;
  #before = 0;
  readonly #wide = /[^\0-\x7f]/g;
  /** Where the next character of more than one byte is; -1 where that is not known. */
  #nextWide = -1;

  /** Takes another text, of that many bytes. */
  set(text: string, bytes: number): void {
    this.text = text;
    this.#bytes = bytes;
    this.#ascii = bytes === text.length;
    this.#at = 0;
    this.#before = 0;
    this.#nextWide = -1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  bytesBefore(at: number): number {
    if (this.#ascii) return at;
    if (at >= this.text.length) return this.#bytes;
    if (at < this.#at) {
      this.#at = this.#before = 0;
      this.#nextWide = -1;
    }
    for (let wide = this.#findWide(); wide < at; wide = this.#findWide()) {
      // What is near one is likely to be wide too.
      const end = Math.min(wide + NEAR, at);
      this.#before += wide - this.#at + utf8Length(this.text, wide, end);
      this.#at = end;
    }
    this.#before += at - this.#at;
    this.#at = at;
    return this.#before;
  }

  #findWide(): number {
    if (this.#nextWide >= this.#at) return this.#nextWide;
    this.#wide.lastIndex = this.#at;
    this.#nextWide = this.#wide.test(this.text) ? this.#wide.lastIndex - 1 : this.text.length;
    return this.#nextWide;
  }
}
