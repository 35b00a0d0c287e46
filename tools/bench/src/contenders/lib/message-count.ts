const CLOSING = '</message>';

/** Counts messages in a text that comes in pieces, by their end tags. */
export class MessageCount {
  #tail = '';
  count = 0;

  add(text: string): void {
    const all = this.#tail + text;
    let end = 0;
    for (let at = all.indexOf(CLOSING); at >= 0; at = all.indexOf(CLOSING, end)) {
      this.count += 1;
      end = at + CLOSING.length;
    }
    // Too short to hold one that has been counted.
    this.#tail = all.slice(Math.max(end, all.length - CLOSING.length + 1));
  }
}
