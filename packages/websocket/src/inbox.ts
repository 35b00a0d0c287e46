/** What arrived and is not to be delivered yet, in order. */
export class Inbox {
  #frames: (Uint8Array | string)[] = [];
  #next = 0;
  /** In UTF-16 units, or bytes. */
  size = 0;

  get empty(): boolean {
    return this.#next === this.#frames.length;
  }

  push(frame: Uint8Array | string): void {
    this.#frames.push(frame);
    this.size += frame.length;
  }

  shift(): Uint8Array | string | undefined {
    const frame = this.#frames[this.#next];
    if (frame === undefined) return undefined;
    this.#frames[this.#next++] = '';
    this.size -= frame.length;
    if (this.empty) this.clear();
    return frame;
  }

  clear(): void {
    this.#frames = [];
    this.#next = 0;
    this.size = 0;
  }
}
