import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender, Scenario } from '../harness/types.js';

const SESTINA = new URL('../contenders/hostile-sestina.ts', import.meta.url);

/** What a peer that means ill sends in a session. */
export interface HostileInput {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  /** Bytes of a chunk, where it comes as a stream. */
  readonly chunk: number;
  /** The stream errors that it can rightly end with. */
  readonly conditions: readonly string[];
}

/** How often a contender is given all of it. */
interface Repeats {
  readonly often: boolean;
  readonly warmup: number;
  readonly every?: number;
}

const SIZE = 262_144;
const CHUNK = 16_384;
/** No multiple of the length of a reference, so that each kind of cut is there. */
const CUTTING = 103;

const MESSAGE = "<message xmlns='jabber:client'><body>";
const WRONG = '</wrong>';

/** `unit` again and again, 256 KB with what stands around it. */
function filled(start: string, unit: string, end = ''): string {
  return start + unit.repeat(Math.floor((SIZE - start.length - end.length) / unit.length)) + end;
}

/** An element with that many attributes, numbered. */
function crowded(count: number, attribute: (i: number) => string): string {
  return `<x ${Array.from({ length: count }, (_, i) => attribute(i)).join(' ')}/>`;
}

function input(id: string, label: string, text: string, condition: string, chunk = CHUNK): HostileInput {
  // In a frame, what is no whole element is in bad format.
  return { id, label, text, chunk, conditions: [condition, 'bad-format'] };
}

const MALFORMED = 'not-well-formed';
const FORBIDDEN = 'policy-violation';

/** Where a limit would end it early, the most that is allowed comes again and again, and a wrong end tag at the very end. */
export function hostileInputs(): HostileInput[] {
  return [
    input('nesting', 'elements in elements', filled('', '<a>'), FORBIDDEN),
    input('tag', 'a start tag in a start tag', filled('', '<a '), MALFORMED),
    input('name', 'an endless name', filled('<', 'a', '/>'), FORBIDDEN),
    input('value', 'an endless attribute', filled("<message xmlns='jabber:client' id='", 'x', "'/>"), FORBIDDEN),
    input('references', 'a flood of references', filled(MESSAGE, '&lt;x', WRONG), MALFORMED),
    input('cut', 'references cut in two', filled(MESSAGE, '&amp;', WRONG), MALFORMED, CUTTING),
    input('elements', 'many elements', filled(MESSAGE, "<a b='c'>x</a>", WRONG), MALFORMED),
    input(
      'attributes',
      'many attributes',
      filled(
        MESSAGE,
        crowded(128, (i) => `a${i}=''`),
        WRONG,
      ),
      MALFORMED,
    ),
    input(
      'prefixes',
      'many prefixes',
      filled(
        MESSAGE,
        crowded(32, (i) => `xmlns:p${i}='urn:p'`),
        WRONG,
      ),
      MALFORMED,
    ),
  ];
}

/** (i): how long input keeps a client busy that was made for that. */
export const hostile: Scenario = {
  id: 'i',
  title: 'hostile input, 256 KB',
  async prepare({ directory, scale }) {
    const file = join(directory, 'hostile.json');
    const inputs = hostileInputs();
    await writeFile(file, JSON.stringify(inputs));
    const once = { often: false, warmup: 0 };
    const often = { often: true, warmup: scale(10, 1) };
    const some = { often: true, warmup: 1, every: 10 };
    const contender = (name: string, script: URL, how: Repeats, frames = false): Contender => ({
      name,
      script,
      config: { file, frames, often: how.often, warmup: how.warmup },
      every: how.every ?? 1,
    });
    const ours = (repeats: Repeats): Contender[] => [
      contender('sestina', SESTINA, repeats),
      contender('sestina, WebSocket', SESTINA, repeats, true),
    ];
    const theirs = (repeats: Repeats): Contender[] => [
      contender('xmpp.js', new URL('../contenders/hostile-xmppjs.ts', import.meta.url), repeats),
      contender('stanza', new URL('../contenders/hostile-stanza.ts', import.meta.url), repeats),
      contender('slixmpp', new URL('../contenders/hostile-slixmpp.py', import.meta.url), repeats),
    ];
    const verify = (checks: ReadonlyMap<string, unknown>): void => verifyOutcomes(checks, inputs);
    return {
      cases: [
        {
          title: 'from the first byte to the stream error, CPU',
          base: 'sestina',
          turns: 20,
          metrics: inputs.map(({ id, label }) => ({ id, label, unit: 'ms' })),
          contenders: [...ours(often), ...theirs(some)],
          targets: ours(often).flatMap(({ name }) =>
            inputs.map(({ id }) => ({ metric: id, contender: name, absolute: true, atMost: 50 })),
          ),
          verify,
        },
        {
          title: 'the same, each once in a fresh process, CPU',
          base: 'sestina',
          metrics: [{ id: 'longest', label: 'the one that takes the longest', unit: 'ms' }],
          contenders: [...ours(once), ...theirs(once)],
          verify,
        },
      ],
    };
  },
};

/** Sestina has to end each of them with a stream error. Others may take it: that is what they do. */
export function verifyOutcomes(checks: ReadonlyMap<string, unknown>, inputs: readonly HostileInput[]): void {
  for (const [name, check] of checks) {
    const outcomes = check as Readonly<Record<string, string>>;
    for (const { id, conditions } of inputs) {
      const outcome = outcomes[id];
      if (outcome === undefined) throw new Error(`${name} was not given "${id}"`);
      if (!name.startsWith('sestina') || conditions.includes(outcome)) continue;
      throw new Error(`${name} ended "${id}" with ${outcome} and not with ${conditions.join(' or ')}`);
    }
  }
}
