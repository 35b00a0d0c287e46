import { readdirSync, readFileSync } from 'node:fs';
import { limitsFrom, type Parser, streamFraming } from '@sestina/core/transport';
import { SeededRandom } from '@sestina/testing';
import fc from 'fast-check';
import { type Cut, FOLDER, randomly, whole } from '../badxml/corpus.js';
import { holds, target } from './target.js';

// Larger ones are about a limit, and take their time.
const LARGEST = 20_000;
const FILES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.xml'))
  .map((file) => new Uint8Array(readFileSync(new URL(file, FOLDER))))
  .filter(({ length }) => length <= LARGEST);

/** Something of one file is put over or between something of another. */
const changes = fc.array(
  fc.record({
    from: fc.nat(FILES.length - 1),
    at: fc.nat(LARGEST),
    length: fc.nat(200),
    to: fc.nat(LARGEST),
    over: fc.nat(60),
  }),
  { maxLength: 3 },
);

function read(bytes: Uint8Array, cut: Cut): string[] {
  const trace: string[] = [];
  let over = false;
  const note = (line: string): void => {
    holds(!over, `an event after the last one: ${line}`);
    trace.push(line);
  };
  const parser: Parser = streamFraming.createParser(
    {
      streamStart: (header) => note(`start ${JSON.stringify(header)}`),
      element: (element) => note(`element ${element}`),
      streamEnd: () => {
        note('end');
        over = true;
      },
      error: ({ condition, message }) => {
        note(`error ${condition}: ${message}`);
        over = true;
      },
    },
    limitsFrom(undefined),
  );
  for (const chunk of cut(bytes)) parser.write(chunk);
  return trace;
}

export const streams = target(
  {
    name: 'badxml',
    holds: 'a stream made of pieces of known bad ones says the same however it is cut, throws nothing, and ends once',
    cost: 2,
  },
  fc.record({ file: fc.nat(FILES.length - 1), changes, seed: fc.nat() }),
  ({ file, changes: list, seed }) => {
    let bytes = Buffer.from(FILES[file] ?? []);
    for (const { from, at, length, to, over } of list) {
      const other = FILES[from] ?? new Uint8Array(0);
      const start = at % (other.length + 1);
      const place = to % (bytes.length + 1);
      bytes = Buffer.concat([
        bytes.subarray(0, place),
        other.subarray(start, start + length),
        bytes.subarray(place + over),
      ]);
    }
    const random = new SeededRandom(seed);
    const once = read(bytes, whole);
    const inPieces = read(
      bytes,
      randomly((below) => random.integer(below)),
    );
    holds(
      once.join('\n') === inPieces.join('\n'),
      `cut, it says\n${inPieces.join('\n')}\nand else\n${once.join('\n')}`,
    );
  },
);
