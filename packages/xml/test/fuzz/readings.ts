import {
  createSaxesParser,
  DEFAULT_LIMITS,
  DocumentParser,
  type Limits,
  type ParserFactory,
  type XmlElement,
  XmlStreamError,
} from '../../src/index.js';
import { PlainReader } from '../../src/plain-reader.js';
import { SaxesStreamParser } from '../../src/saxes-parser.js';
import { bytesOf, Recorder, traced } from '../harness.js';
import type { TightLimit } from './cases.js';
import { type Shape, shapeOf } from './looks.js';

/** Reads nothing, so that all of it is left to saxes. */
class ReadsNothing extends PlainReader {
  override read(): undefined {
    return undefined;
  }
}

const READS_NOTHING = new ReadsNothing();

export const usual: ParserFactory = createSaxesParser;
export const saxesAlone: ParserFactory = (events, limits) =>
  new SaxesStreamParser(events, limits, undefined, READS_NOTHING);

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

/** What is told of a document: its root, or why there is none. */
export type DocumentOutcome = Shape | string;

export function readDocument(text: string, namespace: string, limits: Limits): DocumentOutcome[] {
  const parser = new DocumentParser({ namespace, limits });
  // What was read before changes nothing.
  return [text, '<a/>', text].map((each) => tried(() => parser.parse(each))).filter((_, index) => index !== 1);
}

export function readDocumentBySaxes(text: string, namespace: string, limits: Limits): DocumentOutcome {
  return tried(() => {
    let root: XmlElement | undefined;
    const ignore = (): void => {};
    const parser = new SaxesStreamParser(
      {
        streamStart: ignore,
        streamEnd: ignore,
        element: (element) => {
          root = element;
        },
        error: (error) => {
          throw error;
        },
      },
      limits,
      { namespace, lang: undefined },
      READS_NOTHING,
    );
    parser.write(text);
    if (root === undefined || !parser.idle) throw new XmlStreamError('not-well-formed', 'the XML ends too early');
    return root;
  });
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
