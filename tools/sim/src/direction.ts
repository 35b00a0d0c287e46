import type { Break } from './plan.js';

/** One direction of a connection: what was written and has not arrived. */
export class Direction {
  #queue: Uint8Array[] = [];
  #waiting = 0;
  /** Bytes that may pass. */
  allowance = Number.POSITIVE_INFINITY;
  /** The reader has stopped reading. */
  paused = false;
  /** The writer has written the last of it. */
  ended = false;
  /** After so many bytes the connection breaks. */
  fuse: { bytes: number; readonly how: Break } | undefined;

  /** Bytes that have not arrived. */
  get waiting(): number {
    return this.#waiting;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#waiting += bytes.length;
  }

  clear(): void {
    this.#queue = [];
    this.#waiting = 0;
  }

  /** What passes now; undefined where nothing does. */
  take(): Uint8Array | undefined {
    const [first] = this.#queue;
    const length = Math.min(first?.length ?? 0, this.allowance, this.fuse?.bytes ?? Number.POSITIVE_INFINITY);
    if (!first || this.paused || length === 0) return undefined;
    if (length === first.length) this.#queue.shift();
    else this.#queue[0] = first.subarray(length);
    this.#waiting -= length;
    this.allowance -= length;
    if (this.fuse) this.fuse.bytes -= length;
    return first.subarray(0, length);
  }
}
