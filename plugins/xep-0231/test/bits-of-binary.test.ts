import { createHash } from 'node:crypto';
import { parseDocument } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  BitsData,
  BitsMismatchError,
  BitsOfBinary,
  type BitsOfBinaryOptions,
  BitsTooLargeError,
  NS_BOB,
  safeType,
} from '../src/index.js';

const streams = useStreams(afterEach);
const BOB = 'bob@example.net/x';
const EVE = 'eve@evil.example/x';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const cidOf = (data: Uint8Array, algo = 'sha1', name = algo): string =>
  `${name}+${createHash(algo).update(data).digest('hex')}@bob.xmpp.org`;
const CID = cidOf(PNG);
const data = (content: Uint8Array | string, cid = CID, attributes = ` type='image/png'`): string =>
  `<data xmlns='${NS_BOB}' cid='${cid}'${attributes}>${typeof content === 'string' ? content : Buffer.from(content).toString('base64')}</data>`;

async function start(options: Partial<BitsOfBinaryOptions> = {}) {
  const stream = streams.keep(await ScriptedStream.start({ plugins: [[BitsOfBinary, options]] }));
  return { stream, bits: stream.xmpp.plugin(BitsOfBinary) };
}

describe('asking', () => {
  it('gives what was asked for, and asks once', async () => {
    const { stream, bits } = await start();
    const both = Promise.all([bits.get(CID, BOB), bits.get(CID, BOB)]);
    const asked = await stream.expectSent(
      `<iq type='get' id='*' to='${BOB}'><data xmlns='${NS_BOB}' cid='${CID}'/></iq>`,
    );
    await stream.recvResult(asked, data(PNG));
    for (const found of await both) {
      expect(found).toEqual({ data: new Uint8Array(PNG), type: 'image/png' });
      // Each has its own.
      found.data.fill(0);
    }
    expect((await bits.get(CID.replace('sha1', 'sha-1'), EVE)).type).toBe('image/png');
    expect(stream.sent).toHaveLength(1);
  });

  it('takes white space of old servers', async () => {
    const { stream, bits } = await start();
    const found = bits.get(CID, BOB);
    await stream.recvResult(await stream.nextSent(), data(`\n  ${PNG.toString('base64').replace(/.{8}/g, '$&\n  ')}`));
    expect((await found).data).toEqual(new Uint8Array(PNG));
  });

  it.each([
    ['other bytes', data(new Uint8Array([1, 2, 3]))],
    ['no bytes', data('')],
    ['no base64', data('%%%')],
  ])('refuses %s, and does not ask for them again for an hour', async (_what, answer) => {
    const { stream, bits } = await start();
    const refused = expect(bits.get(CID, BOB)).rejects.toBeInstanceOf(BitsMismatchError);
    await stream.recvResult(await stream.nextSent(), answer);
    await refused;
    await expect(bits.get(CID, BOB)).rejects.toMatchObject({ code: 'ERR_BITS_MISMATCH', cid: CID, from: BOB });
    expect(stream.sent).toHaveLength(1);
    const other = bits.get(CID, EVE);
    await stream.recvResult(await stream.nextSent(), data(PNG));
    await other;
    await stream.clock.advance(3_600_000);
  });

  it('refuses ten megabytes before it decodes them', async () => {
    const { stream, bits } = await start({ maxSize: 1_000 });
    const refused = expect(bits.get(CID, BOB)).rejects.toMatchObject({ code: 'ERR_BITS_TOO_LARGE', maxSize: 1_000 });
    await stream.recvResult(await stream.nextSent(), data('A'.repeat(400_000)));
    await refused;
    expect(BitsTooLargeError.name).toBe('BitsTooLargeError');
  });

  it('asks one sender ten times a minute', async () => {
    const { stream, bits } = await start();
    for (let i = 0; i < 10; i++) bits.get(cidOf(Buffer.from(`${i}`)), BOB).catch(() => {});
    await expect(bits.get(cidOf(Buffer.from('more')), `${BOB}2`)).rejects.toMatchObject({ code: 'ERR_BUSY' });
    for (let i = 0; i < 10; i++) await stream.nextSent();
    expect(stream.sent).toHaveLength(10);
    await stream.clock.advance(60_000);
    bits.get(cidOf(Buffer.from('more')), BOB).catch(() => {});
    await stream.nextSent();
    expect(stream.sent).toHaveLength(11);
  });

  it.each([
    ['max-age=0 is not kept', ` type='image/png' max-age='0'`, 0],
    ['max-age is heeded', ` type='image/png' max-age='10'`, 10_000],
  ])('%s', async (_what, attributes, after) => {
    const { stream, bits } = await start();
    const first = bits.get(CID, BOB);
    await stream.recvResult(await stream.nextSent(), data(PNG, CID, attributes));
    await first;
    await stream.clock.advance(after);
    bits.get(CID, BOB).catch(() => {});
    await stream.nextSent();
    expect(stream.sent).toHaveLength(2);
  });

  it('keeps what has no hash for its sender alone', async () => {
    const { stream, bits } = await start();
    const first = bits.get('icon@example.net', BOB);
    await stream.recvResult(await stream.nextSent(), data(PNG, 'icon@example.net'));
    await first;
    await bits.get('icon@example.net', BOB);
    expect(stream.sent).toHaveLength(1);
    bits.get('icon@example.net', EVE).catch(() => {});
    await stream.nextSent();
    expect(stream.sent).toHaveLength(2);
  });

  it('what comes inside of a message is not asked for, if it is what it says', async () => {
    const { stream, bits } = await start();
    await stream.recv(`<message from='${EVE}'>${data(PNG)}${data(PNG, cidOf(Buffer.from('victim')))}</message>`);
    expect((await bits.get(CID, BOB)).data).toEqual(new Uint8Array(PNG));
    expect(stream.sent).toEqual([]);
    bits.get(cidOf(Buffer.from('victim')), BOB).catch(() => {});
    await stream.nextSent();
  });

  it('what nobody can compute is kept for its sender alone, and is not taken in unasked', async () => {
    const { stream, bits } = await start();
    const cid = `blake2b-512+${'ab'.repeat(64)}@bob.xmpp.org`;
    await stream.recv(`<message from='${EVE}'>${data('AAAA', cid)}</message>`);
    const asked = bits.get(cid, EVE);
    await stream.recvResult(await stream.nextSent(), data('AAAA', cid));
    await asked;
    await bits.get(cid, EVE);
    expect(stream.sent).toHaveLength(1);
    const found = bits.get(cid, BOB);
    await stream.recvResult(await stream.nextSent(), data(PNG, cid));
    expect((await found).data).toEqual(new Uint8Array(PNG));
  });

  it('what is larger than may be is not taken in, however it is written', async () => {
    const { bits } = await start({ maxSize: PNG.length - 1 });
    expect(bits.keep(new BitsData(parseDocument(data(PNG))))).toBeUndefined();
  });

  it('what comes inside of an iq is taken in by who reads that', async () => {
    const { bits } = await start({ maxSize: 100 });
    const inside = (xml: string): BitsData => new BitsData(parseDocument(xml));
    expect(bits.keep(inside(data(PNG)))?.type).toBe('image/png');
    for (const wrong of [
      data('AAAA'),
      data(PNG, 'icon@example.net'),
      data('A'.repeat(10_000)),
      `<data xmlns='${NS_BOB}'/>`,
    ]) {
      expect(bits.keep(inside(wrong))).toBeUndefined();
    }
  });
});

it.each([
  ['PNG, said to be HTML', PNG, 'text/html', 'image/png'],
  ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml', 'application/octet-stream'],
  ['SVG, said to be PNG', Buffer.from('<svg/>'), 'image/png', 'application/octet-stream'],
  ['HTML', Buffer.from('<script>'), 'text/html', 'application/octet-stream'],
  ['sound', Buffer.from('OggS'), 'audio/ogg; codecs=speex', 'audio/ogg'],
  ['text', Buffer.from('hello'), 'text/plain', 'text/plain'],
  ['text with white space', Buffer.from('hello'), ' Text/Plain ; charset=utf-8', 'text/plain'],
  ['what has no type', Buffer.from('hello'), undefined, 'application/octet-stream'],
])('the type of %s', (_what, content, said, type) => expect(safeType(content, said)).toBe(type));

describe('offering', () => {
  const ask = (cid: string, from = BOB): string =>
    `<iq type='get' id='b1' from='${from}'><data xmlns='${NS_BOB}' cid='${cid}'/></iq>`;

  async function answerTo(stream: ScriptedStream, cid: string, from = BOB): Promise<string | undefined> {
    await stream.recv(ask(cid, from));
    const answer = await stream.nextSent();
    return answer.child('data', NS_BOB)?.text || [...(answer.child('error')?.elements() ?? [])][0]?.name;
  }

  it('gives what is offered by either name of its hash, and nothing else', async () => {
    const { stream, bits } = await start({ answer: 'everybody' });
    const offered = await bits.offer(PNG, { type: 'image/png', maxAge: 86_400 });
    expect(offered.cid).toBe(CID);
    await stream.recv(ask(CID));
    await stream.expectSent(
      `<iq type='result' id='b1' to='${BOB}'>${data(PNG, CID, ` type='image/png' max-age='86400'`)}</iq>`,
    );
    expect(await answerTo(stream, CID.replace('sha1', 'sha-1'))).toBe(PNG.toString('base64'));
    for (const other of [cidOf(Buffer.from('x')), '', '__proto__', 'constructor'])
      expect(await answerTo(stream, other)).toBe('item-not-found');
    offered.dispose();
    expect(await answerTo(stream, CID)).toBe('item-not-found');
  });

  it('gives it to those it is for, as long as it is', async () => {
    const { stream, bits } = await start();
    await bits.offer(PNG, { type: 'image/png', audience: 'everybody', ttl: 1_000 });
    expect(await answerTo(stream, CID, EVE)).toBe(PNG.toString('base64'));
    await stream.clock.advance(1_000);
    expect(await answerTo(stream, CID, EVE)).toBe('service-unavailable');
  });

  it('gives what is offered twice until nobody offers it any more, each to those it is for', async () => {
    const { stream, bits } = await start();
    const forAll = await bits.offer(PNG, { type: 'image/png', audience: 'everybody' });
    const forNobody = await bits.offer(PNG, { type: 'image/png', audience: 'nobody' });
    expect(await answerTo(stream, CID, EVE)).toBe(PNG.toString('base64'));
    forNobody.dispose();
    await bits.offer(PNG, { type: 'image/png', audience: 'everybody', ttl: 1_000 });
    await stream.clock.advance(1_000);
    expect(await answerTo(stream, CID, EVE)).toBe(PNG.toString('base64'));
    forAll.dispose();
    expect(await answerTo(stream, CID, EVE)).toBe('service-unavailable');
  });

  it('keeps from who is welcome what is not for him', async () => {
    const { stream, bits } = await start({ answer: 'everybody' });
    await bits.offer(PNG, { type: 'image/png', audience: 'nobody' });
    expect(await answerTo(stream, CID)).toBe('item-not-found');
  });

  it('puts small ones into stanzas, and no large ones', async () => {
    const { bits } = await start({ maxInline: 20 });
    expect((await bits.offer(PNG, { type: 'image/png' })).element().data).toEqual(new Uint8Array(PNG));
    const large = await bits.offer(new Uint8Array(21), { type: 'image/png' });
    expect(() => large.element()).toThrow(RangeError);
  });

  it('ends with the plugin', async () => {
    const { stream, bits } = await start({ answer: 'everybody' });
    await bits.offer(PNG, { type: 'image/png' });
    stream.xmpp.remove(BitsOfBinary);
    expect(await answerTo(stream, CID)).toBe('service-unavailable');
    await expect(bits.offer(PNG, { type: 'image/png' })).rejects.toMatchObject({ name: 'PluginError' });
  });
});
