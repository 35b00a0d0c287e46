import { createHash } from 'node:crypto';
import { parseDocument } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { bytesOfHex } from '../src/forms.js';
import {
  algorithmOf,
  cidOf,
  fromNi,
  Hash,
  HashCheck,
  Hashes,
  hashOfCid,
  hexOf,
  NS_HASHES,
  sha2,
  strongest,
  toNi,
} from '../src/index.js';
import { blake2, sha3 } from '../src/sha3/index.js';

const streams = useStreams(afterEach);
const ABC = new TextEncoder().encode('abc');
const hash = (algo: string, data = 'abc'): Hash =>
  new Hash({ algo, value: createHash(algo.replace(/^sha-/, 'sha')).update(data).digest() });
const raw = (attributes: string, text = ''): Hash =>
  new Hash(parseDocument(`<hash xmlns='${NS_HASHES}' ${attributes}>${text}</hash>`));

async function start() {
  const stream = streams.keep(await ScriptedStream.start({ plugins: [[Hashes, { providers: [sha3, blake2] }]] }));
  return { stream, hashes: stream.xmpp.plugin(Hashes) };
}

describe('a source', () => {
  /** Pieces, of which the source is told when nobody wants more. */
  function source(pieces: readonly Uint8Array[], ends: boolean) {
    let returned = 0;
    const left = [...pieces];
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      const value = left.shift();
      return value ? { done: false, value } : { done: true, value: undefined };
    };
    const end = async () => {
      returned += 1;
      return { done: true as const, value: undefined };
    };
    const iterator = ends ? { next, return: end } : { next };
    return { pieces: { [Symbol.asyncIterator]: () => iterator }, returned: () => returned };
  }

  it('that has come to its end is not ended again', async () => {
    const { hashes } = await start();
    const whole = source([ABC], true);
    expect(await hashes.verify(whole.pieces, [hash('sha-256')])).toBe('ok');
    expect(whole.returned()).toBe(0);
  });

  it('that gives what is no piece is ended, where it can be', async () => {
    const { hashes } = await start();
    for (const ends of [true, false]) {
      const odd = source(['abc' as never], ends);
      await expect(hashes.of(odd.pieces, ['sha-256'])).rejects.toThrow(/Uint8Array/);
      expect(odd.returned()).toBe(ends ? 1 : 0);
    }
  });

  it('that does not go on is given up in time, with what was waited for', async () => {
    const { stream, hashes } = await start();
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const late = hashes.verify(silent, []).catch((error: unknown) => error);
    await stream.clock.advance(stream.xmpp.timeout);
    expect(await late).toMatchObject({ code: 'ERR_TIMEOUT', message: expect.stringContaining('the next piece') });
  });

  it('has each hash by its one name, and in the length that belongs to it', async () => {
    const { hashes } = await start();
    const found = await hashes.of(ABC, ['SHA-256', 'sha3-224', 'sha3-384', 'blake2b-256', 'id-blake2b384']);
    expect(found.map(({ algo, value }) => [algo, value?.length])).toEqual([
      ['sha-256', 32],
      ['sha3-224', 28],
      ['sha3-384', 48],
      ['blake2b-256', 32],
      ['blake2b-384', 48],
    ]);
    expect(found.slice(0, 3).map(hexOf)).toEqual(['sha-256', 'sha3-224', 'sha3-384'].map((algo) => hexOf(hash(algo))));
    const digest = hashes.digest('sha-256');
    digest.update(ABC);
    expect(hexOf({ value: digest.digest() })).toBe(hexOf(hash('sha-256')));
    expect(() => hashes.digest('md5')).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED_HASH', algorithm: 'md5' }),
    );
  });
});

describe('a check', () => {
  it('says whether there is a hash that proves anything', () => {
    const proves = (...hashes: Hash[]): boolean => new HashCheck(sha2, hashes).proves;
    expect([proves(), proves(hash('sha-1')), proves(hash('sha-256')), proves(raw(`algo='sha-256'`, 'AAAA'))]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(new HashCheck(sha2, [hash('sha-1')], { allowSha1: true }).proves).toBe(true);
  });

  it('looks at eight algorithms', async () => {
    const { hashes } = await start();
    const { algorithms } = hashes;
    const verdict = async (wrong: number) => {
      const right = await hashes.of(ABC, algorithms.slice(0, 9));
      const [odd] = await hashes.of(new Uint8Array(), [algorithms[wrong] ?? '']);
      return hashes.verify(
        ABC,
        right.map((each, index) => (index === wrong ? (odd as Hash) : each)),
      );
    };
    expect([await verdict(7), await verdict(8)]).toEqual(['mismatch', 'ok']);
  });
});

describe('forms', () => {
  it('strongest() takes the first of the best, and nothing that has no name or value', () => {
    const [one, other] = [hash('sha-512'), hash('sha-512', 'abd')];
    expect(strongest([raw('', 'AAAA'), raw(`algo='sha-512'`), one, hash('sha-256'), other])).toBe(one);
  });

  it('the other name of BLAKE2 is that name alone', () => {
    expect(['id-blake2b256', 'x-id-blake2b256', 'id-blake2b2560', 'ID-BLAKE2B512'].map(algorithmOf)).toEqual([
      'blake2b-256',
      undefined,
      undefined,
      'blake2b-512',
    ]);
  });

  it('bytes are pairs of hexadecimal digits', () => {
    expect(bytesOfHex('00fF')).toEqual(Uint8Array.of(0, 255));
    expect(bytesOfHex('')).toEqual(new Uint8Array());
    for (const none of ['0', '00f', 'zz', '00zz', 'zz00']) expect(bytesOfHex(none)).toBeUndefined();
  });

  it('a content id is all of the text', () => {
    const cid = cidOf(hash('sha-256'));
    expect(hashOfCid(cid)?.algo).toBe('sha-256');
    for (const none of [`!${cid}`, `${cid}.evil.example`, cid.replace('+b', '+'), cid.replace('sha-256', 'sha-1')]) {
      expect(hashOfCid(none)).toBeUndefined();
    }
  });

  it('a name of RFC 6920 is all of the text, of a thousand characters at most', () => {
    const ni = toNi(hash('sha-512'));
    expect(ni).not.toContain('=');
    expect(fromNi(ni)?.algo).toBe('sha-512');
    const long = `${ni}?`.padEnd(1_000, 'x');
    expect([fromNi(long)?.algo, fromNi(`${long}x`)]).toEqual(['sha-512', undefined]);
    for (const none of [`x${ni}`, `${ni}!`, 'ni:///sha-256;A']) expect(fromNi(none)).toBeUndefined();
  });
});
