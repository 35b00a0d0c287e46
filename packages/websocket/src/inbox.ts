// What keeping a message costs beside its content, roughly: without it, empty ones would cost nothing.
const OVERHEAD = 64;
// So many places of messages that are gone are worth a copy of the rest.
const STALE = 1_024;

/** What arrived and is not to be delivered yet, in order. */
export class Inbox {
  #frames: (Uint8Array | string)[] = []; // bound: the transport, which stops reading by `size`
  #next = 0;
  /** In UTF-16 units, or bytes, and 64 more for each message. */
  size = 0;

  get empty(): boolean {
    return this.#next === this.#frames.length;
  }

  push(frame: Uint8Array | string): void {
    this.#frames.push(frame);
    this.size += frame.length + OVERHEAD;
  }

  shift(): Uint8Array | string | undefined {
    const frame = this.#frames[this.#next];
    if (frame === undefined) return undefined;
    this.#frames[this.#next++] = '';
    this.size -= frame.length + OVERHEAD;
    if (this.empty) this.clear();
    else if (this.#next >= STALE && this.#next * 2 >= this.#frames.length) {
      this.#frames = this.#frames.slice(this.#next);
      this.#next = 0;
    }
    return frame;
  }

  clear(): void {
    this.#frames = [];
    this.#next = 0;
    this.size = 0;
  }
}
