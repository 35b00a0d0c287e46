/** How many bytes may lie unread before a write returns false. */
export const HIGH_WATER = 65_536;

/** The reading side of a pipe. */
export interface PipeReader {
  data(chunk: Uint8Array): void;
  /** The first byte of a TLS handshake has come; nothing else is delivered before `handshakeDone()`. */
  handshake(): void;
  /** Nothing more will come. */
  end(error?: Error): void;
}

/**
 * One direction of an in-memory connection. What is written is delivered in order, in a fresh macrotask, chunk by chunk
 * as it was written.
 * @internal
 */
export class MemoryPipe {
  readonly #nextTurn: (callback: () => void) => void;
  readonly #drained: () => void;
  #queue: (Uint8Array | 'handshake')[] = [];
  #unread = 0;
  #full = false;
  #reader: PipeReader | undefined;
  #paused = false;
  #inHandshake = false;
  #scheduled = false;
  #end: { error: Error | undefined } | undefined;
  #ended = false;

  constructor(nextTurn: (callback: () => void) => void, drained: () => void) {
    this.#nextTurn = nextTurn;
    this.#drained = drained;
  }

  /** Bytes written and not delivered. */
  get unread(): number {
    return this.#unread;
  }

  /** False: full, wait for `drained`. */
  write(chunk: Uint8Array): boolean {
    if (this.#end || this.#ended || chunk.length === 0) return !this.#full;
    this.#queue.push(chunk);
    this.#unread += chunk.length;
    if (this.#unread > HIGH_WATER) this.#full = true;
    this.#schedule();
    return !this.#full;
  }

  writeHandshake(): void {
    if (this.#end || this.#ended) return;
    this.#queue.push('handshake');
    this.#schedule();
  }

  /** The other side has answered the handshake: what was written after it may come. */
  handshakeDone(): void {
    this.#inHandshake = false;
    this.#schedule();
  }

  /** Delivers what is there, then the end. */
  end(): void {
    if (this.#end) return;
    this.#end = { error: undefined };
    this.#schedule();
  }

  /** Throws away what is there and ends. Paused or not, the end is told. */
  abort(error: Error | undefined): void {
    if (this.#ended) return;
    this.#queue = [];
    this.#unread = 0;
    this.#paused = false;
    this.#inHandshake = false;
    this.#end = { error };
    this.#schedule();
  }

  attach(reader: PipeReader): void {
    this.#reader = reader;
    this.#schedule();
  }

  /** Nobody reads any more. */
  detach(): void {
    this.#reader = undefined;
    this.#queue = [];
    this.#unread = 0;
    this.#ended = true;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#ended) return;
    this.#scheduled = true;
    this.#nextTurn(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    // Only what is there now: what is written meanwhile comes in its own turn, so two ends cannot starve the rest.
    for (let left = this.#queue.length; left > 0 && this.#open(); left--) {
      const chunk = this.#queue.shift();
      if (chunk === undefined) break;
      if (chunk === 'handshake') {
        this.#inHandshake = true;
        this.#reader?.handshake();
      } else {
        this.#unread -= chunk.length;
        this.#reader?.data(chunk);
      }
    }
    if (this.#full && this.#unread === 0 && !this.#ended) {
      this.#full = false;
      this.#drained();
    }
    if (this.#queue.length > 0) {
      if (this.#open()) this.#schedule();
    } else if (this.#end && this.#open()) {
      const reader = this.#reader;
      const { error } = this.#end;
      this.detach();
      reader?.end(error);
    }
  }

  #open(): boolean {
    return this.#reader !== undefined && !this.#paused && !this.#inHandshake && !this.#ended;
  }
}
