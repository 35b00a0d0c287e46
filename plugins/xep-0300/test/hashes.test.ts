import { createHash } from 'node:crypto';
import { parseDocument } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  acceptable,
  base64Of,
  cidOf,
  fromNi,
  Hash,
  Hashes,
  hashOfCid,
  hexOf,
  NS_HASH_NAMES,
  NS_HASHES,
  recommended,
  strongest,
  toNi,
  UnsupportedHashError,
} from '../src/index.js';
import { blake2, sha3 } from '../src/sha3/index.js';

const streams = useStreams(afterEach);
const ABC = new TextEncoder().encode('abc');

async function withHashes(...providers: (typeof sha3)[]) {
  const stream = streams.keep(await ScriptedStream.start({ plugins: [[Hashes, { providers }]] }));
  return { stream, hashes: stream.xmpp.plugin(Hashes) };
}

const hash = (algo: string, data: Uint8Array | string, as = algo.replace(/^sha-/, 'sha')): Hash =>
  new Hash({ algo, value: createHash(as).update(data).digest() });
const raw = (algo: string, text: string): Hash =>
  new Hash(parseDocument(`<hash xmlns='${NS_HASHES}' algo='${algo}'>${text}</hash>`));

const pieces = async function* (...list: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* list;
};

describe('hashes of "abc" are those of the standards', () => {
  it.each([
    ['sha-1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha-256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'sha-512',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
    ['sha3-256', '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
    [
      'sha3-512',
      'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
    ],
    [
      'blake2b-512',
      'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
    ],
  ])('%s', async (algo, hex) => {
    const { hashes } = await withHashes(sha3, blake2);
    const [whole] = await hashes.of(ABC, [algo]);
    const [cut] = await hashes.of(pieces(ABC.subarray(0, 1), new Uint8Array(), ABC.subarray(1)), [algo]);
    expect([whole, cut].map((one) => one && hexOf(one))).toEqual([hex, hex]);
    expect(await hashes.verify(ABC, [whole as Hash], { allowSha1: true })).toBe('ok');
  });
});

it('announces what it can compute, and no more once it is removed', async () => {
  const { stream } = await withHashes(sha3);
  const announced = [...stream.xmpp.advertised];
  expect(announced).toContain(NS_HASHES);
  expect(announced).toContain(`${NS_HASH_NAMES}sha3-256`);
  expect(announced).not.toContain(`${NS_HASH_NAMES}blake2b-256`);
  stream.xmpp.remove(Hashes);
  expect([...stream.xmpp.advertised]).toEqual([]);
});

it('sends what is recommended and can be computed, and refuses what cannot', async () => {
  const { hashes } = await withHashes();
  expect((await hashes.of(ABC)).map(({ algo }) => algo)).toEqual(['sha-256']);
  const more = await withHashes(sha3, blake2);
  expect((await more.hashes.of(ABC)).map(({ algo }) => algo)).toEqual([...recommended]);
  for (const algo of ['sha3-256', 'md5', '__proto__', 'toString']) {
    await expect(hashes.of(ABC, [algo])).rejects.toBeInstanceOf(UnsupportedHashError);
  }
});

describe('verify()', () => {
  it.each([
    ['nothing', [], 'unsupported'],
    ['one that fits', [hash('sha-256', 'abc')], 'ok'],
    ['one that does not', [hash('sha-256', 'abd')], 'mismatch'],
    ['one wrong among two right', [hash('sha-256', 'abc'), hash('sha-384', 'abd'), hash('sha-512', 'abc')], 'mismatch'],
    ['SHA-1 alone', [hash('sha-1', 'abc')], 'unsupported'],
    ['SHA-1 that does not fit', [hash('sha-1', 'abd'), hash('sha-256', 'abc')], 'mismatch'],
    ['MD5 alone', [new Hash({ algo: 'md5', value: createHash('md5').update('abc').digest() })], 'unsupported'],
    ['an algorithm that nobody knows', [raw('sha-257', 'AAAA')], 'unsupported'],
    ['one that cannot be computed, and one that fits', [hash('sha3-256', 'abd'), hash('sha-256', 'abc')], 'ok'],
    ['the same one twice', [hash('sha-256', 'abc'), hash('sha-256', 'abc')], 'ok'],
    ['two that differ', [hash('sha-256', 'abc'), hash('sha-256', 'abd')], 'mismatch'],
    ['two that differ, of which the last fits', [hash('sha-256', 'abd'), hash('sha-256', 'abc')], 'mismatch'],
    ['one that is cut', [raw('sha-256', 'ungWvw==')], 'mismatch'],
    ['one without a value', [raw('sha-256', '')], 'mismatch'],
    ['one in hexadecimal', [raw('sha-256', hexOf(hash('sha-256', 'abc')))], 'mismatch'],
    ['one with white space', [raw('sha-256', ` ${base64Of(hash('sha-256', 'abc'))}`)], 'mismatch'],
    [
      'one with something in its last bits',
      [raw('sha-256', base64Of(hash('sha-256', 'abc')).replace('0=', '1='))],
      'mismatch',
    ],
    ['a name in capitals', [new Hash({ algo: 'SHA-256', value: createHash('sha256').update('abc').digest() })], 'ok'],
    ['no algorithm', [new Hash(parseDocument(`<hash xmlns='${NS_HASHES}'>AAAA</hash>`))], 'unsupported'],
    ['a name of an object', [raw('__proto__', 'AAAA'), raw('constructor', 'AAAA')], 'unsupported'],
  ] as const)('of %s', async (_what, list, verdict) => {
    const { hashes } = await withHashes();
    expect(await hashes.verify(ABC, list)).toBe(verdict);
  });

  it('takes SHA-1 where it is told to', async () => {
    const { hashes } = await withHashes();
    expect(await hashes.verify(ABC, [hash('sha-1', 'abc')], { allowSha1: true })).toBe('ok');
  });

  it('reads the other name of BLAKE2', async () => {
    const { hashes } = await withHashes(blake2);
    const value = (await hashes.of(ABC, ['blake2b-256']))[0]?.value;
    expect(await hashes.verify(ABC, [new Hash({ algo: 'id-blake2b256', value })])).toBe('ok');
  });

  it('passes on what the source fails with, and ends it where nobody waits', async () => {
    const { hashes } = await withHashes();
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield ABC;
      throw new RangeError('disk');
    };
    await expect(hashes.verify(failing(), [])).rejects.toBeInstanceOf(RangeError);
    let ended = false;
    const controller = new AbortController();
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield ABC;
          controller.abort(new RangeError('enough'));
        }
      } finally {
        ended = true;
      }
    };
    await expect(hashes.of(endless(), undefined, { signal: controller.signal })).rejects.toBeInstanceOf(RangeError);
    expect(ended).toBe(true);
  });
});

it('reads a long stream without keeping it', async () => {
  const { hashes } = await withHashes();
  const chunk = new Uint8Array(65_536).fill(1);
  const long = async function* (): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 512; i++) yield chunk;
  };
  const before = process.memoryUsage().arrayBuffers;
  const [found] = await hashes.of(long(), ['sha-256']);
  const whole = createHash('sha256');
  for (let i = 0; i < 512; i++) whole.update(chunk);
  expect(found && hexOf(found)).toBe(whole.digest('hex'));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16_000_000);
});

describe('other forms', () => {
  it('strongest() looks for the best one that is whole', () => {
    const list = [hash('sha-1', 'abc'), hash('sha-256', 'abc'), raw('sha-512', 'AAAA')];
    expect(strongest(list)?.algo).toBe('sha-256');
    expect(strongest([...list, hash('sha3-256', 'abc')])?.algo).toBe('sha3-256');
    expect(strongest([raw('md5', 'AAAA')])).toBeUndefined();
    expect(acceptable).not.toContain('sha-1');
  });

  it('a name of RFC 6920 is read as it is written', () => {
    const ni = 'ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk';
    const found = fromNi(ni);
    expect(found && hexOf(found)).toBe('7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069');
    expect(found && toNi(found)).toBe(ni);
    expect(fromNi(`${ni.replace('///', '//example.org/')}?ct=text/plain`)?.algo).toBe('sha-256');
  });

  it.each([
    'ni:///sha-256;f4Ox',
    'ni:///md5;f4OxZX_x_FO5LcGBSKHWXQ',
    'ni:///sha-256',
    'https://example.org/',
    `ni:///sha-256;${'a'.repeat(65_536)}`,
  ])('%s is no name', (uri) => expect(fromNi(uri)).toBeUndefined());

  it('a content id is read with either name of SHA-1, and written with that of XEP-0231', () => {
    const cid = 'sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org';
    for (const form of [cid, cid.replace('sha1', 'sha-1'), cid.toUpperCase().replace('BOB.XMPP.ORG', 'bob.xmpp.org')]) {
      const found = hashOfCid(form);
      expect(found && cidOf(found)).toBe(cid);
    }
    expect(cidOf(hash('sha-256', 'abc'))).toMatch(/^sha-256\+ba7816bf.*@bob\.xmpp\.org$/);
    for (const none of [
      'sha1+8f35@bob.xmpp.org',
      'md5+00@bob.xmpp.org',
      'x@example.org',
      `sha1+${'a'.repeat(1e5)}@bob.xmpp.org`,
    ]) {
      expect(hashOfCid(none)).toBeUndefined();
    }
  });
});

it('two connections have providers of their own', async () => {
  const [one, other] = [await withHashes(sha3), await withHashes()];
  expect(one.hashes.algorithms).toContain('sha3-256');
  expect(other.hashes.algorithms).not.toContain('sha3-256');
});
