import { createHash } from 'node:crypto';
import type { BlobStore } from '@sestina/core/storage';
import { MemoryBlobStore } from '@sestina/storage';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { BitsOfBinary, type BitsOfBinaryOptions, NS_BOB } from '@sestina/xep-0231';
import { afterEach, describe, expect, it } from 'vitest';
import { RecordingLogger } from '../../support/recorders.js';

const streams = useStreams(afterEach);
const BOB = 'bob@example.net/x';
const EVE = 'eve@evil.example/x';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const cidOf = (data: Uint8Array, algo = 'sha1', name = algo): string =>
  `${name}+${createHash(algo).update(data).digest('hex')}@bob.xmpp.org`;
const CID = cidOf(PNG);
const data = (content: Uint8Array, cid = CID, attributes = ` type='image/png'`): string =>
  `<data xmlns='${NS_BOB}' cid='${cid}'${attributes}>${Buffer.from(content).toString('base64')}</data>`;

describe('a store of blobs', () => {
  async function run(blobs: BlobStore, account = 'alice@example.org', options: Partial<BitsOfBinaryOptions> = {}) {
    const logger = new RecordingLogger();
    const stream = await ScriptedStream.start({
      jid: `${account}/x`,
      plugins: [[BitsOfBinary, options]],
      options: { blobs, logger },
    });
    streams.keep(stream);
    return { logger, stream, bits: stream.xmpp.plugin(BitsOfBinary) };
  }

  async function fetched(blobs: BlobStore, answer: string, { cid = CID, account = 'alice@example.org' } = {}) {
    const { stream, bits } = await run(blobs, account);
    const got = bits.get(cid, BOB);
    await stream.recvResult(await stream.nextSent(), answer);
    return got;
  }

  it('has what was asked for in the next process, whoever is asked then, and for this account alone', async () => {
    const blobs = new MemoryBlobStore();
    await fetched(blobs, data(PNG));
    const { stream, bits } = await run(blobs);
    expect(await bits.get(CID, EVE)).toEqual({ data: new Uint8Array(PNG), type: 'image/png' });
    await stream.expectNothingSent();
    await fetched(blobs, data(PNG), { account: 'carol@example.org' });
  });

  it('keeps the type that was told for what is not known by its beginning', async () => {
    const blobs = new MemoryBlobStore();
    const song = Buffer.from('a song');
    const cid = cidOf(song, 'sha256', 'sha-256');
    await fetched(blobs, data(song, cid, ` type='audio/x-song'`), { cid });
    const { bits } = await run(blobs);
    expect(await bits.get(cid, BOB)).toEqual({ data: new Uint8Array(song), type: 'audio/x-song' });
  });

  it('has nothing that is not to be kept, came unasked, or proves nothing', async () => {
    const blobs = new MemoryBlobStore();
    await fetched(blobs, data(PNG, CID, ` type='image/png' max-age='0'`));
    const unproven = 'nothing@bob.xmpp.org';
    await fetched(blobs, data(PNG, unproven), { cid: unproven });
    const { stream } = await run(blobs);
    await stream.recv(`<message from='${BOB}' to='alice@example.org/x'><body>b</body>${data(PNG)}</message>`);
    expect(blobs.bytes).toBe(0);
  });

  it('is not believed', async () => {
    const blobs = new MemoryBlobStore();
    const key = `xep-0231/alice@example.org/sha-1/${createHash('sha1').update(PNG).digest('hex')}`;
    await fetched(blobs, data(PNG));
    expect(await blobs.get(key)).toBeDefined();
    for (const spoiled of ['', 'no type', 'text/html\n<html/>', 'image/png\n']) {
      await blobs.put(key, new TextEncoder().encode(spoiled));
      expect((await fetched(blobs, data(PNG))).data).toEqual(new Uint8Array(PNG));
    }
  });

  it('that never answers, or fails, is as none', async () => {
    const blobs = new MemoryBlobStore();
    blobs.get = () => new Promise(() => {});
    blobs.put = () => Promise.reject(new Error('full'));
    const { stream, bits, logger } = await run(blobs);
    const got = bits.get(CID, BOB);
    await stream.clock.advance(5_000);
    await stream.recvResult(await stream.nextSent(), data(PNG));
    expect((await got).type).toBe('image/png');
    await stream.idle();
    expect(stream.errors).toEqual([]);
    expect(logger.complaints).toMatchObject(
      [/failed to read some.*stored bits \(read\)/s, /failed to write some.*full/s].map((text) =>
        expect.stringMatching(text),
      ),
    );
  });

  it('is asked for no longer than the one who waits', async () => {
    const blobs = new MemoryBlobStore();
    blobs.get = () => new Promise(() => {});
    const { stream, bits, logger } = await run(blobs);
    const controller = new AbortController();
    const got = expect(bits.get(CID, BOB, { signal: controller.signal })).rejects.toThrow('enough');
    await stream.idle();
    controller.abort(new Error('enough'));
    await got;
    expect([logger.complaints, stream.clock.pending]).toEqual([[], []]);
  });

  it.each([
    [`max-age='10'`, 10_000],
    [`max-age='99999999'`, 604_800_000],
    ['', 604_800_000],
  ])('keeps it as long as it may be with "%s"', async (attribute, time) => {
    const blobs = new MemoryBlobStore();
    const told: unknown[] = [];
    blobs.put = async (_key, _bytes, options) => void told.push(options?.maxAge);
    await fetched(blobs, data(PNG, CID, ` type='image/png' ${attribute}`));
    expect(told).toEqual([time]);
  });

  it('has what fits, though it says nothing of a type, and nothing larger', async () => {
    const blobs = new MemoryBlobStore();
    const key = `xep-0231/alice@example.org/sha-1/${createHash('sha1').update(PNG).digest('hex')}`;
    await blobs.put(key, Buffer.concat([Buffer.from('\n'), PNG]));
    const fitting = await run(blobs, undefined, { maxSize: PNG.length });
    expect((await fitting.bits.get(CID, BOB)).type).toBe('image/png');
    const { stream, bits } = await run(blobs, undefined, { maxSize: PNG.length - 1 });
    const refused = expect(bits.get(CID, BOB)).rejects.toMatchObject({ code: 'ERR_BITS_TOO_LARGE' });
    await stream.recvResult(await stream.nextSent(), data(PNG));
    await refused;
  });

  it('has nothing of which nobody can compute the hash', async () => {
    const blobs = new MemoryBlobStore();
    const cid = `blake2b-512+${'ab'.repeat(64)}@bob.xmpp.org`;
    await fetched(blobs, data(PNG, cid), { cid });
    expect(blobs.bytes).toBe(0);
  });
});
