import {
  DEFAULT_LIMITS,
  type Limits,
  type Parser,
  type ParserFactory,
  type StreamHeader,
  type XmlElement,
  type XmlStreamError,
} from '../src/index.js';
import { createSaxesParser } from '../src/stream.js';

export const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "id='s1' from='example.org' to='alice@example.org' version='1.0' xml:lang='en'>";

/** What a parser told. */
export class Recorder {
  readonly headers: StreamHeader[] = [];
  readonly elements: XmlElement[] = [];
  readonly sizes: number[] = [];
  /** One line for each event. */
  readonly trace: string[] = [];
  ended = false;
  error: XmlStreamError | undefined;
  readonly parser: Parser;
  /** Runs while an element is handed over. */
  onElement: (element: XmlElement) => void = () => {};

  /** @param inside The limits from the header on. */
  constructor(limits: Partial<Limits> = {}, inside?: Partial<Limits>, make: ParserFactory = createSaxesParser) {
    this.parser = make(
      {
        streamStart: (header) => {
          this.#live();
          this.headers.push(header);
          this.trace.push(`start ${JSON.stringify(header)}`);
          if (inside) this.parser.setLimits({ ...DEFAULT_LIMITS, ...inside });
        },
        element: (element, bytes) => {
          this.#live();
          this.elements.push(element);
          this.sizes.push(bytes);
          this.trace.push(`element ${bytes} ${this.describe(element)}`);
          this.onElement(element);
        },
        streamEnd: () => {
          this.#live();
          this.ended = true;
          this.trace.push('end');
        },
        error: (error) => {
          this.#live();
          this.error = error;
          this.trace.push(`error ${error.condition} ${error.limit}: ${error.message}`);
        },
      },
      { ...DEFAULT_LIMITS, ...limits },
    );
  }

  /** Writes them; nothing may throw. */
  write(...chunks: (Uint8Array | string)[]): this {
    for (const chunk of chunks) this.parser.write(chunk);
    return this;
  }

  /** What the trace has of an element. */
  protected describe(element: XmlElement): string {
    return `${element}`;
  }

  #live(): void {
    if (this.ended || this.error) throw new Error('an event after the last one');
  }
}

/** A stream that has been opened. */
export function opened(limits: Partial<Limits> = {}): Recorder {
  return new Recorder(limits).write(HEADER);
}

/** The trace of these chunks, and whether the parser stood between two stanzas at the end. */
export function traceOf(chunks: readonly Uint8Array[], limits?: Partial<Limits>, inside?: Partial<Limits>): string {
  return traced(new Recorder(limits, inside).write(...chunks));
}

/** The same of a parser that has had all of them. */
export function traced(recorder: Recorder): string {
  const open = recorder.ended || recorder.error ? '' : recorder.parser.idle ? ' idle' : ' busy';
  return recorder.trace.join('\n') + open;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return [...bytes.keys()].map((i) => bytes.subarray(i, i + 1));
}

/** A generator with a seed (mulberry32): numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** The seed of `SEED`, or one that is always the same. */
export function givenSeed(): number {
  return Number(process.env['SEED'] ?? 1);
}

export function randomSplit(bytes: Uint8Array, random: () => number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const largest = 1 + Math.floor(random() * 60);
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * largest);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
