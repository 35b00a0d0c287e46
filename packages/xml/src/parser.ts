import type { XmlElement } from './element.js';
import type { Limits } from './limits.js';
import type { XmlStreamError } from './xml-error.js';

/** The opening tag of a stream, as it came. */
export interface StreamHeader {
  /** Local name of the root: `stream` on TCP. */
  readonly name: string;
  /** Namespace of the root element. */
  readonly namespace: string;
  /** The default namespace that the header declares for its content, as it came: `jabber:client`, `jabber:component:accept`, … */
  readonly contentNamespace: string;
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly id: string | undefined;
  readonly version: string | undefined;
  readonly lang: string | undefined;
}

/** What a parser tells, synchronously, while `write` runs. After `streamEnd` or `error` not one more call. */
export interface ParserEvents {
  streamStart(header: StreamHeader): void;
  /** A complete first-level element. Its `origin` is fresh and not sealed. */
  element(element: XmlElement, bytes: number): void;
  /**
   * Whether a first-level element, whose start tag is complete and no more, is an answer that was asked for. Asked where it passes
   * `maxStanzaBytes` or `maxElements`: such a one has `maxAnswerBytes` and `maxAnswerElements`. Left out: none is.
   */
  awaited?(element: XmlElement): boolean;
  streamEnd(): void;
  error(error: XmlStreamError): void;
}

/** A stream parser; another tokenizer can take the place of the one on saxes. */
export interface Parser {
  /** Takes what arrived, for good: the bytes must not be written to afterwards. Never throws on account of its content. */
  write(chunk: Uint8Array | string): void;
  /** Replaces the limits from the next element on: those before login are tighter. */
  setLimits(limits: Limits): void;
  /** Stops it: whatever else is written is ignored, the rest of the current chunk included. */
  stop(): void;
  /** After `stop()`: whether bytes other than white space came behind the element that was being told. */
  readonly leftover: boolean;
  /** True between two first-level elements, with no byte of the next one seen: nothing is cut off here. */
  readonly idle: boolean;
}

/** Makes a parser for a fresh stream. */
export type ParserFactory = (events: ParserEvents, limits: Limits) => Parser;
