import fc from 'fast-check';
import { bytesOf } from '../harness.js';
import { INVALID, PIECES } from '../random-xml.js';
import { pick, usually } from './arbitraries.js';

/** Takes bytes out at a place, and puts others there. */
export interface Mutation {
  /** As a part of the whole, in 65,536ths. */
  readonly at: number;
  readonly length: number;
  /** Undefined: what is there, twice. */
  readonly by: Uint8Array | undefined;
}

const NOTHING = new Uint8Array(0);
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(65_535),
  length: usually(fc.nat(3), fc.nat(60), 3),
  by: fc.oneof(
    fc.constant(NOTHING),
    fc.constant(undefined),
    pick(...PIECES).map(bytesOf),
    pick(...INVALID).map((bytes) => new Uint8Array(bytes)),
    fc.nat(255).map((byte) => new Uint8Array([byte])),
  ),
});

/** The bytes after it. */
export function mutated(bytes: Uint8Array, { at, length, by }: Mutation): Uint8Array {
  const from = Math.floor((at / 65_536) * (bytes.length + 1));
  const there = bytes.subarray(from, from + length);
  const middle = by === undefined ? [there, there] : [by];
  return new Uint8Array(Buffer.concat([bytes.subarray(0, from), ...middle, bytes.subarray(from + length)]));
}

/** Mostly none. */
export const mutations = usually(fc.constant<Mutation[]>([]), fc.array(mutation, { minLength: 1, maxLength: 3 }), 2);
