import fc from 'fast-check';
import type { Limits } from '../../src/index.js';
import { bytesOf, HEADER } from '../harness.js';
import { anything } from './anything.js';
import { pick, usually } from './arbitraries.js';
import { mutated, mutations } from './mutations.js';
import { plain } from './plain.js';

/** What two parsers are given. */
export interface Case {
  readonly header: string;
  /** What comes behind the header. */
  readonly body: Uint8Array;
  /** A limit so far from what the body needs of it. */
  readonly tight: { readonly limit: TightLimit; readonly off: number } | undefined;
  /** For where it is cut, and for the order in which it is looked at. */
  readonly seed: number;
}

export const TIGHT_LIMITS = [
  'maxStanzaBytes',
  'maxDepth',
  'maxElements',
  'maxAttributes',
  'maxNameBytes',
  'maxAttributeBytes',
  'maxNamespaceBytes',
  'maxNamespaceDecls',
  'maxPrefixes',
] as const satisfies readonly (keyof Limits)[];
export type TightLimit = (typeof TIGHT_LIMITS)[number];

const HEADERS = [
  HEADER,
  HEADER.replace("'jabber:client'", "'jabber:component:accept'").replace(" xml:lang='en'", ''),
  HEADER.replace(" id='s1'", " xmlns:p='urn:p' xmlns:q='urn:p' id='s1'"),
  `<?xml version='1.0' encoding='UTF-8'?>\n${HEADER.slice(HEADER.indexOf('?>') + 2)
    .replace('stream:', 's:')
    .replace(':stream=', ':s=')}`,
];

/** Streams, good and bad, near the limits and far from them. What fast-check shrinks of one stays one. */
export const cases: fc.Arbitrary<Case> = fc
  .record({
    header: usually(pick(HEADER), pick(...HEADERS), 1),
    text: fc.oneof(anything, plain),
    mutations,
    tight: fc.option(fc.record({ limit: pick(...TIGHT_LIMITS), off: fc.integer({ min: -1, max: 1 }) }), {
      freq: 2,
      nil: undefined,
    }),
    seed: fc.nat(0x7fff_ffff),
  })
  .map(({ header, text: of, mutations: list, tight, seed }) => ({
    header,
    body: list.reduce(mutated, bytesOf(of)),
    tight,
    seed,
  }));

/** For whoever reads of it; a byte is a character. */
export function shownCase({ header, body: bytes, tight, seed }: Case): string {
  return JSON.stringify({ header, body: Buffer.from(bytes).toString('latin1'), tight, seed });
}
