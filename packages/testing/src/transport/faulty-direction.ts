import type { DirectionFaults, Split } from './faults.js';

/** What a direction does with what comes out of it. @internal */
export interface DirectionSink {
  deliver(bytes: Uint8Array): void;
  /** The fault that ends it; no more after this. */
  strike(fault: 'cut' | 'mute' | 'reset'): void;
  nextTurn(callback: () => void): void;
  /** All that was waiting has gone through. */
  emptied(): void;
}

/** One direction of a faulty connection: counts, splits, delays, puts junk in and ends it where it is told to. @internal */
export class FaultyDirection {
  readonly #faults: DirectionFaults;
  readonly #sink: DirectionSink;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #passed = 0;
  #pieces = 0;
  #junkDone = false;
  #allowance: number;
  #held = false;
  #dead = false;
  #running = false;

  constructor(faults: DirectionFaults, sink: DirectionSink) {
    this.#faults = faults;
    this.#sink = sink;
    this.#allowance = faults.bytesPerTurn ?? Number.POSITIVE_INFINITY;
  }

  /** Bytes that have not gone through. */
  get waiting(): number {
    return this.#waitingBytes;
  }

  push(bytes: Uint8Array): void {
    if (this.#dead || bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#run();
  }

  /** Lets nothing through until `release()`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#run();
  }

  /** Lets so many more bytes through at once. */
  allow(bytes: number): void {
    this.#allowance += bytes;
    this.#run();
  }

  /** Forgets what waits and takes no more. */
  kill(): void {
    this.#dead = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** Faults at offset 0 strike before the first byte. */
  #run(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      while (!this.#dead && !this.#held) {
        if (this.#strikes()) break;
        const first = this.#waiting[0];
        if (!first || this.#allowance <= 0) break;
        this.#pass(first);
      }
    } finally {
      this.#running = false;
    }
    if (this.#dead) return;
    if (this.#waiting.length === 0) this.#sink.emptied();
    else if (!this.#held && (this.#faults.bytesPerTurn ?? 0) > 0) this.#nextShare();
  }

  #nextShare(): void {
    this.#sink.nextTurn(() => {
      this.#allowance = this.#faults.bytesPerTurn ?? 0;
      this.#run();
    });
  }

  #pass(first: Uint8Array): void {
    const length = Math.min(first.length, this.#allowance, this.#toNextOffset(), this.#pieceLength());
    const piece = first.subarray(0, length);
    if (length === first.length) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(length);
    this.#waitingBytes -= length;
    this.#passed += length;
    this.#allowance -= length;
    this.#sink.deliver(piece);
  }

  #strikes(): boolean {
    const { junk } = this.#faults;
    if (junk && !this.#junkDone && this.#passed >= junk.after) {
      this.#junkDone = true;
      this.#sink.deliver(typeof junk.data === 'string' ? new TextEncoder().encode(junk.data) : junk.data);
    }
    for (const fault of ['cut', 'reset', 'mute'] as const) {
      if (this.#passed >= (this.#faults[`${fault}After`] ?? Number.POSITIVE_INFINITY)) {
        this.kill();
        this.#sink.strike(fault);
        return true;
      }
    }
    return false;
  }

  #toNextOffset(): number {
    const { cutAfter, resetAfter, muteAfter, junk } = this.#faults;
    let nearest = Number.POSITIVE_INFINITY;
    for (const offset of [cutAfter, resetAfter, muteAfter, junk?.after]) {
      if (offset !== undefined && offset > this.#passed) nearest = Math.min(nearest, offset - this.#passed);
    }
    return nearest;
  }

  #pieceLength(): number {
    const split: Split | undefined = this.#faults.split;
    if (split === undefined) return Number.POSITIVE_INFINITY;
    if (split === 'bytes') return 1;
    if (isList(split)) return Math.max(1, split[Math.min(this.#pieces++, split.length - 1)] ?? 1);
    return 1 + Math.floor(split.fraction() * 64);
  }
}

const isList = (split: Split): split is readonly number[] => Array.isArray(split);
