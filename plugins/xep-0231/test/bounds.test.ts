import { createHash } from 'node:crypto';
import { JID, parseDocument } from '@sestina/core';
import { ScriptedStream, useStreams, VirtualClock } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { BitsCache } from '../src/bits-cache.js';
import { BitsData, BitsOfBinary, type BitsOfBinaryOptions, NS_BOB } from '../src/index.js';

const streams = useStreams(afterEach);
const BOB = 'bob@example.net/x';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const cidOf = (data: Uint8Array | string): string =>
  `sha1+${createHash('sha1').update(data).digest('hex')}@bob.xmpp.org`;
const CID = cidOf(PNG);
const data = (content: Uint8Array | string, cid: string, attributes = ''): string =>
  `<data xmlns='${NS_BOB}' cid='${cid}' ${attributes}>${typeof content === 'string' ? content : Buffer.from(content).toString('base64')}</data>`;

async function start(options: Partial<BitsOfBinaryOptions> = {}) {
  const stream = streams.keep(await ScriptedStream.start({ plugins: [[BitsOfBinary, options]] }));
  return { stream, bits: stream.xmpp.plugin(BitsOfBinary) };
}

describe('what is remembered', () => {
  const bob = JID.parse(BOB);
  const cache = (maxBytes = 1_000_000) => {
    const clock = new VirtualClock();
    return { clock, cache: new BitsCache(clock, maxBytes, (cid) => cid.startsWith('sha1+')) };
  };
  const bytes = (first: number) => ({ data: Uint8Array.of(first, ...new Array(99).fill(0)), type: 'text/plain' });
  const [a, b, c] = ['a', 'b', 'c'].map(cidOf) as [string, string, string];
  // A hundred bytes under a key of 46 characters.
  const ONE = 200 + 100 + 2 * 46;

  it.each([
    [2 * ONE, 100],
    [2 * ONE - 1, undefined],
  ])('has room for %i bytes', (maxBytes, length) => {
    const { cache: all } = cache(maxBytes);
    for (const cid of [a, b]) all.set(cid, bob, bytes(1), undefined, true);
    expect([all.get(a, bob)?.data.length, all.get(b, bob)?.data.length]).toEqual([length, 100]);
  });

  it('is what was asked for before what came unasked, which takes the place of nothing', () => {
    const { cache: all } = cache(2 * ONE);
    all.set(a, bob, bytes(1), undefined, true);
    all.set(b, bob, bytes(2), undefined, false);
    all.set(c, bob, bytes(3), undefined, false);
    all.set(a, bob, bytes(4), undefined, false);
    all.set(c, bob, bytes(5), undefined, true);
    expect([a, b, c].map((cid) => all.get(cid, undefined)?.data[0])).toEqual([1, undefined, 5]);
  });

  it.each([
    [10, 10_000],
    [undefined, 604_800_000],
    [99_999_999, 604_800_000],
  ])('is kept for as long as it may be: %s', async (maxAge, time) => {
    const { clock, cache: all } = cache();
    all.set(a, bob, bytes(1), maxAge, true);
    await clock.advance(time - 1);
    expect(all.get(a, bob)).toBeDefined();
    await clock.advance(1);
    expect(all.get(a, bob)).toBeUndefined();
  });

  it('stays where the same is not to be kept, and cannot be changed from outside', () => {
    const { cache: all } = cache();
    const given = bytes(1);
    all.set(a, bob, given, 10, true);
    all.set(a, bob, bytes(2), 0, true);
    given.data.fill(9);
    all.get(a, bob)?.data.fill(9);
    expect(all.get(a, bob)?.data[0]).toBe(1);
  });

  it('is nobody’s where nothing proves it', () => {
    const { cache: all } = cache();
    all.set('icon', undefined, bytes(1), undefined, true);
    expect(all.get('icon', undefined)).toBeUndefined();
    all.set('icon', bob, bytes(1), undefined, true);
    expect([all.get('icon', bob)?.data[0], all.get('icon', bob.bare)]).toEqual([1, undefined]);
  });
});

describe('what comes', () => {
  it('is taken as large as may be', async () => {
    const { stream, bits } = await start({ maxSize: PNG.length });
    expect(bits.keep(new BitsData(parseDocument(data(PNG, CID))))?.data).toHaveLength(PNG.length);
    const other = Uint8Array.from(PNG, (byte) => byte ^ 1);
    const got = bits.get(cidOf(other), BOB);
    await stream.recvResult(await stream.nextSent(), data(other, cidOf(other)));
    expect((await got).data).toHaveLength(PNG.length);
  });

  it('is not decoded where it is more text than that can be', async () => {
    for (const [length, code] of [
      [2_672, 'ERR_BITS_MISMATCH'],
      [2_673, 'ERR_BITS_TOO_LARGE'],
    ] as const) {
      const { stream, bits } = await start({ maxSize: 1_000 });
      const got = expect(bits.get(CID, BOB)).rejects.toMatchObject({ code });
      await stream.recvResult(await stream.nextSent(), data('%'.repeat(length), CID));
      await got;
    }
  });

  it('is nothing where it is empty, though its hash is right', async () => {
    const { stream, bits } = await start();
    const empty = cidOf('');
    expect(bits.keep(new BitsData(parseDocument(data('', empty))))).toBeUndefined();
    const got = expect(bits.get(empty, BOB)).rejects.toMatchObject({ code: 'ERR_BITS_MISMATCH' });
    await stream.recvResult(await stream.nextSent(), data('', empty));
    await got;
  });

  it('inside of a message is looked at ten times', async () => {
    const { stream, bits } = await start();
    const all = Array.from({ length: 11 }, (_, i) => Buffer.from(`${i}`));
    await stream.recv(`<message from='${BOB}'>${all.map((each) => data(each, cidOf(each))).join('')}</message>`);
    expect((await bits.get(cidOf('9'), BOB)).data).toEqual(new Uint8Array(Buffer.from('9')));
    bits.get(cidOf('10'), BOB).catch(() => {});
    await stream.nextSent();
  });

  it.each(['carbon', 'archive'] as const)('inside of a message is taken on each way: %s', async (source) => {
    const { stream, bits } = await start();
    const { xmpp } = stream;
    const message = xmpp.message({ from: BOB, to: xmpp.account, type: 'chat', body: 'b', id: 'm1' });
    message.xml.append(parseDocument(data(PNG, CID)));
    await xmpp.messages.deliver(message, { source, by: xmpp.account });
    await stream.idle();
    expect((await bits.get(CID, BOB)).type).toBe('image/png');
  });

  it('unasked says nothing more of what was asked for', async () => {
    const { stream, bits } = await start();
    const song = Buffer.from('a song');
    const got = bits.get(cidOf(song), BOB);
    await stream.recvResult(await stream.nextSent(), data(song, cidOf(song), `type='audio/ogg'`));
    await got;
    await stream.recv(`<message from='eve@evil.example'>${data(song, cidOf(song), `type='text/plain'`)}</message>`);
    expect((await bits.get(cidOf(song), BOB)).type).toBe('audio/ogg');
  });
});

describe('what is offered', () => {
  it('is the bytes of then, of which as many as may be go inside of a stanza', async () => {
    const { stream, bits } = await start({ maxInline: PNG.length, cacheBytes: 0, answer: 'everybody' });
    const changing = Uint8Array.from(PNG);
    const offered = await bits.offer(changing, { type: 'image/png' });
    changing.fill(0);
    expect(offered.element().data).toEqual(new Uint8Array(PNG));
    expect(stream.clock.pending).toEqual([]);
  });

  it('for a while keeps no process alive', async () => {
    const { stream, bits } = await start();
    const offered = await bits.offer(PNG, { type: 'image/png', ttl: 1_000 });
    expect(stream.clock.pending).toMatchObject([{ background: true }]);
    offered.dispose();
    expect(stream.clock.pending).toEqual([]);
  });

  it('is for somebody', async () => {
    const { bits } = await start();
    const odd = bits.offer(PNG, { type: 'image/png', audience: 'all' as never });
    await expect(odd).rejects.toMatchObject({ code: 'ERR_CONFIG', option: 'audience' });
  });
});
