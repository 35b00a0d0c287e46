import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  DEFAULT_LIMITS,
  DocumentParser,
  NS_CLIENT,
  NS_STREAM,
  NS_XML,
  NS_XMLNS,
  SerializeError,
  serialize,
  XmlElement,
} from '../../src/index.js';
import { bytesOf, HEADER, randomSplit, seeded } from '../harness.js';
import { joined, pick, usually } from './arbitraries.js';
import { type Shape, shapeOf } from './looks.js';
import { readDocument, readDocumentByTokenizer, readStream, saxesAlone, tokenizerAlone, usual } from './readings.js';

const SELDOM = 60;

/** What means something to a parser, as data. */
const markup = pick(
  ...['<', '>', '&', '&amp;', '&#0;', '&lt', ']]>', '<![CDATA[', '<!--', '-->', '<?xml ?>', '<!DOCTYPE a>', '</a>'],
  ...['"', "'", "' b='", '"/>', ' xmlns="urn:x"', '</stream:stream>', '=', '{', '}', '{urn:a}b', ':'],
);
const white = pick(' ', '\t', '\n', '\r', '\r\n', '\u0085', '\u2028', '\u00a0', '\ufeff');
const other = pick('a', 'é', '€', '😀', '\u{10ffff}', '\u007f', '\u009f', '\ufffd', '\u0300', '·', 'x'.repeat(300));
/** XML has no way to say these. */
const unsayable = pick('\0', '\u0001', '\u001f', '\ud800', '\udc00', '\ud83d', '\ufffe', '\uffff');
const any = fc.string({ unit: 'binary', maxLength: 3 });
const text = usually(
  joined(fc.oneof(markup, white, other), 6),
  joined(fc.oneof(markup, white, other, unsayable, any), 6),
  SELDOM,
);
// Whoever reads has bounds of his own for these.
const short = (most: number): fc.Arbitrary<string> => text.map((any) => any.slice(0, most));
const local = usually(
  pick('a', 'body', 'message', 'größe', '_', 'x-1.y', '𐐀', '__proto__', 'constructor', 'xml', 'xmlns2', 'ns1'),
  fc.oneof(pick('', '1', '-a', 'a:b', 'a b', 'xmlns', 'xmlns:a', 'a/', 'a>', 'a=', '·', '\u0300'), short(60)),
  SELDOM,
);
const namespace = usually(
  pick('', NS_CLIENT, 'urn:a', 'urn:b', NS_STREAM, "urn:'é'&<\n", ' ', '{', '}', 'a}b'),
  fc.oneof(pick(NS_XML, NS_XMLNS), short(200)),
  SELDOM,
);
const attributeName = fc.oneof(
  { weight: 6, arbitrary: local },
  { weight: 1, arbitrary: local.map((name) => `xml:${name}`) },
  { weight: 2, arbitrary: fc.tuple(namespace, local).map(([uri, name]) => `{${uri}}${name}`) },
);

/** An element to be. */
interface Made {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: readonly (Made | string)[];
}

const { made } = fc.letrec<{ made: Made }>((tie) => ({
  made: fc.record({
    name: local,
    namespace,
    attributes: fc.array(fc.tuple(attributeName, text), { maxLength: 4 }),
    children: fc.array(fc.oneof({ depthSize: 'small' }, text, tie('made')), { maxLength: 4 }),
  }),
}));

export const trees = fc.record({ made, seed: fc.nat() });

function elementOf({ name, namespace: uri, attributes, children }: Made): XmlElement {
  const element = new XmlElement(name, uri);
  for (const [key, value] of attributes) element.setAttribute(key, value);
  return element.append(...children.map((child) => (typeof child === 'string' ? child : elementOf(child))));
}

/** What is to come back: texts that touch are one. */
function expectedOf(element: XmlElement): Shape {
  const nodes: (Shape | string)[] = [];
  for (const child of element.children) {
    const last = nodes.at(-1);
    if (typeof child !== 'string') nodes.push(expectedOf(child));
    else if (typeof last === 'string') nodes[nodes.length - 1] = last + child;
    else if (child !== '') nodes.push(child);
  }
  return [element.name, element.namespace, element.attributes(), nodes];
}

/**
 * Writes a tree, and reads it again in every way there is; true where it was written.
 * @throws Error where it is another one, or is refused with something else than a SerializeError.
 */
export function writeAndRead({ made: tree, seed }: { readonly made: Made; readonly seed: number }): boolean {
  const element = elementOf(tree);
  const expected = expectedOf(element);
  const alone = written(element, {});
  const inStream = written(element, { parentNamespace: NS_CLIENT, prefixes: new Map([[NS_STREAM, 'stream']]) });
  if (alone === undefined || inStream === undefined) {
    if (alone === inStream) return false;
    throw new Error(`it can be written in one place alone: ${JSON.stringify(alone ?? inStream)}`);
  }
  const same = (what: string, is: unknown, xml: string): void => {
    if (!isDeepStrictEqual(is, expected)) {
      throw new Error(
        `${what}: ${JSON.stringify(is)}\nand not: ${JSON.stringify(expected)}\nof: ${JSON.stringify(xml)}`,
      );
    }
  };
  same('parsed alone', shapeOf(new DocumentParser().parse(alone)), alone);
  for (const each of readDocument(alone, '', DEFAULT_LIMITS)) same('as a document', each, alone);
  same('as a document by the tokenizer', readDocumentByTokenizer(alone, '', DEFAULT_LIMITS), alone);
  const chunks = randomSplit(bytesOf(inStream), seeded(seed));
  for (const [how, make] of [
    ['in a stream', usual] as const,
    ['in a stream by saxes', saxesAlone] as const,
    ['in a stream by the tokenizer', tokenizerAlone] as const,
  ]) {
    const recorder = readStream(make, HEADER, chunks, undefined);
    if (recorder.error) throw new Error(`${how}: ${recorder.error.message} of ${JSON.stringify(inStream)}`);
    same(
      how,
      recorder.elements.length === 1 ? shapeOf(recorder.elements[0] as XmlElement) : recorder.elements,
      inStream,
    );
  }
  return true;
}

/** Undefined where it is refused. */
function written(element: XmlElement, options: Parameters<typeof serialize>[1]): string | undefined {
  try {
    return serialize(element, options);
  } catch (error) {
    if (error instanceof SerializeError) return undefined;
    throw error;
  }
}
