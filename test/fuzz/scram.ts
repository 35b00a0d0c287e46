import { type SaslEnvironment, SaslError, ScramMechanism } from '@sestina/sasl';
import { ScramServer } from '@sestina/sasl/server';
import { SeededRandom } from '@sestina/testing';
import fc from 'fast-check';
import { holds, target } from './target.js';

const PASSWORD = 'pencil';
const text = (bytes: Uint8Array | undefined): string => new TextDecoder('latin1').decode(bytes);
const bytesOf = (of: string): Uint8Array => Uint8Array.from(of, (character) => character.charCodeAt(0) & 0xff);

const piece = fc.oneof(
  fc.constantFrom(
    ',',
    '=',
    'r=',
    's=',
    'i=',
    'v=',
    'e=',
    'm=x,',
    'i=1',
    'i=4096',
    'i=4294967295',
    'i=-1',
    'i=1e9',
    'c2FsdA==',
    ',,',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
/** Puts something in, in place of so many characters. */
interface Edit {
  readonly at: number;
  readonly over: number;
  readonly with: string;
}
const edits: fc.Arbitrary<readonly Edit[]> = fc.oneof(
  fc.constant([]),
  fc.array(fc.record({ at: fc.nat(200), over: fc.nat(12), with: piece }), { maxLength: 3 }),
);
const edited = (message: string, list: readonly Edit[]): string =>
  list.reduce((now, { at, over, with: put }) => {
    const start = at % (now.length + 1);
    return now.slice(0, start) + put + now.slice(start + over);
  }, message);

export const scram = target(
  {
    name: 'scram',
    holds:
      'a client takes no server for the right one whose last message is not what the right one says, and fails with a SaslError alone',
    cost: 20,
  },
  fc.record({ first: edits, final: edits, seed: fc.nat(), impostor: fc.boolean() }),
  async ({ first, final, seed, impostor }) => {
    const random = new SeededRandom(seed);
    const randomBytes = (length: number): Uint8Array => random.bytes(length);
    const environment: SaslEnvironment = {
      secure: true,
      randomBytes,
      channelBindingTypes: [],
      channelBinding: () => Promise.resolve(undefined),
      offeredMechanisms: ['SCRAM-SHA-1'],
    };
    const lookup = () => Promise.resolve({ password: impostor ? 'guessed' : PASSWORD });
    const server = new ScramServer({ hash: 'SHA-1', randomBytes, lookup });
    const mechanism = new ScramMechanism('SHA-1', false, { maxIterations: 5_000 });
    const client = mechanism.start({ username: 'user', password: PASSWORD }, environment);
    let succeeded = false;
    let asSaid = false;
    try {
      const hello = (await client.initial()) ?? new Uint8Array(0);
      const honestFirst = text((await server.respond(hello)).data);
      const saidFirst = edited(honestFirst, first);
      const proof = await client.respond(bytesOf(saidFirst));
      const { data } = await server.respond(proof ?? new Uint8Array(0));
      const honestFinal = text(data);
      const saidFinal = edited(honestFinal, final);
      asSaid = !impostor && saidFirst === honestFirst && verifierOf(saidFinal) === verifierOf(honestFinal);
      await client.success(bytesOf(saidFinal));
      succeeded = true;
    } catch (error) {
      holds(error instanceof SaslError, `failed with ${String(error)}`);
    }
    holds(!succeeded || asSaid, 'the server was taken for the right one');
    holds(succeeded || !asSaid || first.length + final.length > 0, 'the right server was refused');
  },
);

/** Extensions behind it are the server's own business. */
const verifierOf = (message: string): string => message.split(',')[0] ?? '';
