import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_LIMITS, DocumentParser, type Limits, NS_CLIENT, NS_STREAM, serialize } from '../../src/index.js';
import { byteByByte, bytesOf, HEADER, type Recorder, randomSplit, seeded } from '../harness.js';
import { type Case, shownCase } from './cases.js';
import { lookAround, type Shape, shapeInAnyOrder, shapeOf } from './looks.js';
import {
  limitsNear,
  needOf,
  outcomeOf,
  readDocument,
  readDocumentByTokenizer,
  readStream,
  saxesAlone,
  shownBy,
  tokenizerAlone,
  usual,
  wordless,
} from './readings.js';

/** Longer ones take too long byte by byte. */
const MOST_SINGLE_BYTES = 300;

/** Reads a case in every way there is. @throws Error where two of them differ. */
export function compare(tried: Case): void {
  const { header, body, tight, seed } = tried;
  const random = seeded(seed);
  const same = (what: string, is: unknown, expected: unknown): void => {
    if (isDeepStrictEqual(is, expected)) return;
    throw new Error(`${what}: ${JSON.stringify(is)}\nand not: ${JSON.stringify(expected)}\nof: ${shownCase(tried)}`);
  };
  const inside =
    tight &&
    limitsNear(tight.limit, needOf(tight.limit, readStream(saxesAlone, header, [body], undefined), body), tight.off);
  const whole = readStream(saxesAlone, header, [body], inside);
  const shapes = whole.elements.map(shapeOf);
  const expected = outcomeOf(whole);
  const tokenized = readStream(tokenizerAlone, header, [body], inside);
  const expectedTokenized = outcomeOf(tokenized);

  const cuts: [string, (Uint8Array | string)[]][] = [
    ['in one chunk', [body]],
    ['cut anywhere', randomSplit(body, random)],
    ['cut in two', cutInTwo(body, random)],
  ];
  if (body.length <= MOST_SINGLE_BYTES) cuts.push(['byte by byte', byteByByte(body)]);
  const text = textOf(body);
  if (text !== undefined) cuts.push(['in strings', randomStrings(text, random)]);
  for (const [how, chunks] of cuts) {
    // saxes keeps nothing back to read again: in two chunks it has little to go wrong.
    if (chunks.length > 2)
      same(`by saxes, ${how}`, outcomeOf(readStream(saxesAlone, header, chunks, inside)), expected);
    same(`by the tokenizer, ${how}`, outcomeOf(readStream(tokenizerAlone, header, chunks, inside)), expectedTokenized);
    same(how, outcomeOf(readStream(usual, header, chunks, inside)), expected);
  }

  byBoth(tried, inside, tokenized, whole, same);
  looks(readStream(usual, header, [body], inside), shapes, random, same);
  roundTrip(whole, shapes, same);
  if (text !== undefined) document(tried, text, inside ?? DEFAULT_LIMITS, whole, shapes, same);
}

type Same = (what: string, is: unknown, expected: unknown) => void;

/** The tokenizer comes to what saxes comes to, in words of its own. */
function byBoth(tried: Case, inside: Partial<Limits> | undefined, is: Recorder, saxes: Recorder, same: Same): void {
  const { header, body } = tried;
  const [outcome, expected] = [wordless(outcomeOf(is)), wordless(outcomeOf(saxes))];
  if (isDeepStrictEqual(outcome, expected)) return;
  same('by the tokenizer, before the error', elementsOf(is), elementsOf(saxes));
  // What may become something else is kept back from saxes, and counts when it is known.
  const keptBack = saxes.error === undefined && /(?:[<&][^<&;]*|\]{1,2})$/.test(Buffer.from(body).toString('latin1'));
  // Markup or a reference inside of a tag is an error at its first character: what guards saxes reads on to call it by its name.
  const markup = /[<&]/.test(shownBy(header, body, inside) ?? '') && (saxes.error !== undefined || keptBack);
  const limit = is.error?.limit === 'maxStanzaBytes';
  if (limit ? !keptBack : !markup) same('by the tokenizer', outcome, expected);
}

function elementsOf({ elements }: Recorder): Shape[] {
  return elements.map(shapeOf);
}

/** Whatever is asked first, of the elements, of compact ones and of copies, while they may be written to and when they are sealed. */
function looks({ elements }: Recorder, shapes: readonly Shape[], random: () => number, same: Same): void {
  for (const [index, element] of elements.entries()) {
    const kinds = [['compact', element.compact()]] as [string, typeof element][];
    lookAround(element, random);
    kinds.push(['compact when looked into', element.compact()], ['a copy', element.copy()]);
    element.origin?.seal();
    const sealed = element.compact();
    kinds.push(['compact when sealed', sealed], ['compact twice', sealed.compact()], ['looked into', element]);
    lookAround(sealed, random);
    kinds.push(['compact twice, looked into', sealed.compact()]);
    for (const [kind, each] of kinds) same(kind, shapeInAnyOrder(each, random), shapes[index]);
  }
}

const WRITTEN = { parentNamespace: NS_CLIENT, prefixes: new Map([[NS_STREAM, 'stream']]) };

function roundTrip({ elements }: Recorder, shapes: readonly Shape[], same: Same): void {
  const parser = new DocumentParser();
  for (const [index, element] of elements.entries()) {
    same('parsed from its own XML', shapeOf(parser.parse(serialize(element))), shapes[index]);
  }
  const written = bytesOf(elements.map((element) => serialize(element, WRITTEN)).join(''));
  for (const make of [usual, tokenizerAlone, saxesAlone]) {
    same(
      'read from a stream of its own XML',
      readStream(make, HEADER, [written], undefined).elements.map(shapeOf),
      shapes,
    );
  }
}

function document(
  { header }: Case,
  text: string,
  limits: typeof DEFAULT_LIMITS,
  whole: Recorder,
  shapes: readonly Shape[],
  same: Same,
): void {
  const alone = readDocumentByTokenizer(text, NS_CLIENT, limits);
  for (const outcome of readDocument(text, NS_CLIENT, limits)) same('as a document', outcome, alone);
  // What a document has not from its surroundings: prefixes, and a component's second name of its namespace.
  const selfContained = header.includes("xmlns='jabber:client'") && !/\b(?:stream|s|p|q):/.test(text);
  const one = whole.elements.length === 1 && !whole.ended && !whole.error && whole.parser.idle;
  if (selfContained && one) same('as a document of its own', alone, shapes[0]);
}

function cutInTwo(bytes: Uint8Array, random: () => number): Uint8Array[] {
  const at = Math.floor(random() * (bytes.length + 1));
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

/** Cuts between the halves of a pair too. */
function randomStrings(text: string, random: () => number): string[] {
  const strings: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = 1 + Math.floor(random() * 40);
    strings.push(text.slice(at, at + length));
    at += length;
  }
  return strings;
}

/** As text, where it is one in UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
