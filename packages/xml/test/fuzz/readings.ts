import {
  DEFAULT_LIMITS,
  DocumentParser,
  type Limits,
  type ParserFactory,
  type XmlElement,
  XmlStreamError,
} from '../../src/index.js';
import { PlainReader } from '../../src/plain-reader.js';
import { readDocument as readAny } from '../../src/read-document.js';
import { SaxesStreamParser, type Tokens } from '../../src/saxes-parser.js';
import { createSaxesParser } from '../../src/stream.js';
import { Tokenizer } from '../../src/tokenizer.js';
import { byteByByte, bytesOf, Recorder, traced } from '../harness.js';
import type { TightLimit } from './cases.js';
import { type Shape, shapeOf } from './looks.js';

/** Reads nothing, so that all of it is left to the other. */
class ReadsNothing extends PlainReader {
  override read(): undefined {
    return undefined;
  }
}

const READS_NOTHING = new ReadsNothing();

export const usual: ParserFactory = createSaxesParser;
export const saxesAlone: ParserFactory = (events, limits) =>
  new SaxesStreamParser(events, limits, { plain: READS_NOTHING });

/** The tokenizer of documents, in the place that saxes has in a stream. */
export const tokenizerAlone: ParserFactory = (events, limits) =>
  new SaxesStreamParser(events, limits, {
    plain: READS_NOTHING,
    tokens: (owner, tree, { chunk }) => {
      const tokenizer = new Tokenizer(owner, tree);
      let held = '';
      const tokens: Pick<Tokens, keyof Tokens> = {
        get position() {
          return tokenizer.position;
        },
        begin() {},
        scan: (from) => tokenizer.scan(chunk.text, from),
        // It keeps nothing back; of the declaration the stream does.
        heldLength: 0,
        hold(text) {
          held = text;
        },
        takeHeld() {
          const text = held;
          held = '';
          return text;
        },
      };
      return tokens;
    },
  });

/** Looks into no element, so that it can be seen later what comes out of looking. */
class Untouched extends Recorder {
  protected override describe(): string {
    return '';
  }
}

/** A stream that was read, nobody having looked into its elements. */
export function readStream(
  make: ParserFactory,
  header: string,
  chunks: readonly (Uint8Array | string)[],
  inside: Partial<Limits> | undefined,
): Recorder {
  return new Untouched({}, inside, make).write(bytesOf(header), ...chunks);
}

/** All that came of it. */
export function outcomeOf(recorder: Recorder): unknown[] {
  return [traced(recorder), recorder.elements.map((element) => [element.origin?.lang, shapeOf(element)])];
}

/** The same without the words for what is not well-formed, which are everybody's own. */
export function wordless(outcome: unknown[]): unknown[] {
  const [trace, ...others] = outcome;
  return [String(trace).replace(/^error not-well-formed .*$/m, 'error not-well-formed'), ...others];
}

/** The last character that has to come for the error of a stream; undefined where there is none. */
export function shownBy(header: string, body: Uint8Array, inside: Partial<Limits> | undefined): string | undefined {
  const recorder = readStream(tokenizerAlone, header, [], inside);
  for (const byte of byteByByte(body)) {
    recorder.write(byte);
    if (recorder.error !== undefined) return String.fromCharCode(byte[0] as number);
  }
  return undefined;
}

/** What is told of a document: its root, or why there is none. */
export type DocumentOutcome = Shape | string;

export function readDocument(text: string, namespace: string, limits: Limits): DocumentOutcome[] {
  const parser = new DocumentParser({ namespace, limits });
  // What was read before changes nothing.
  return [text, '<a/>', text].map((each) => tried(() => parser.parse(each))).filter((_, index) => index !== 1);
}

export function readDocumentByTokenizer(text: string, namespace: string, limits: Limits): DocumentOutcome {
  return tried(() => readAny(text, limits, { namespace, lang: undefined, notOne: 'not-well-formed' }, () => false));
}

function tried(read: () => XmlElement): DocumentOutcome {
  try {
    return shapeOf(read());
  } catch (error) {
    if (!(error instanceof XmlStreamError)) throw error;
    return `${error.condition} ${error.limit}: ${error.message}`;
  }
}

/** How much of a limit these elements need. */
export function needOf(limit: TightLimit, recorder: Recorder, body: Uint8Array): number {
  const shapes = recorder.elements.map(shapeOf);
  const most = (of: (shape: Shape) => number): number => Math.max(0, ...shapes.map(of));
  switch (limit) {
    case 'maxStanzaBytes':
      return Math.max(recorder.sizes.at(-1) ?? body.length, 1);
    case 'maxDepth':
      return most(depthOf);
    case 'maxElements':
      return most((shape) => everyOne(shape).length);
    case 'maxAttributes':
      return most((shape) => largest(everyOne(shape).map(([, , attributes]) => attributes.length)));
    case 'maxNameBytes':
      return most((shape) => largest(everyOne(shape).map(([name]) => bytesOf(name).length)));
    case 'maxAttributeBytes':
      return most((shape) =>
        largest(everyOne(shape).flatMap(([, , list]) => list.map(([, value]) => bytesOf(value).length))),
      );
    case 'maxNamespaceBytes':
      return most((shape) => largest(everyOne(shape).map(([, namespace]) => bytesOf(namespace).length)));
    default:
      // Nothing that comes out tells of declarations.
      return 2;
  }
}

/** The limits with one of them near what the body needs. */
export function limitsNear(limit: TightLimit, need: number, off: number): Limits {
  return { ...DEFAULT_LIMITS, [limit]: Math.max(1, need + off) };
}

function largest(numbers: readonly number[]): number {
  return Math.max(0, ...numbers);
}

function everyOne(shape: Shape): Shape[] {
  return [shape, ...shape[3].flatMap((child) => (typeof child === 'string' ? [] : everyOne(child)))];
}

function depthOf(shape: Shape): number {
  return 1 + largest(shape[3].map((child) => (typeof child === 'string' ? 0 : depthOf(child))));
}
