import { utf8Length } from './utf8.js';

/** A text whose bytes can be counted up to any place, cheaply where places only go forward. */
export class CountedText {
  text = '';
  #bytes = 0;
  #ascii = true;
  /** A place whose count is known. */
  #at = 0;
  #before = 0;

  /** Takes another text, of that many bytes. */
  set(text: string, bytes: number): void {
    this.text = text;
    this.#bytes = bytes;
    this.#ascii = bytes === text.length;
    this.#at = 0;
    this.#before = 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  bytesBefore(at: number): number {
    if (this.#ascii) return at;
    if (at >= this.text.length) return this.#bytes;
    if (at < this.#at) this.#at = this.#before = 0;
    this.#before += utf8Length(this.text, this.#at, at);
    this.#at = at;
    return this.#before;
  }
}
