import { ReceiveBufferFullError } from '@sestina/websocket';
import { describe, expect, it } from 'vitest';
import { connected, transportTo } from './support/connect.js';
import { fakeSockets } from './support/fake-socket.js';
import { never, Recorder, settled } from './support/recorder.js';
import { servers } from './support/servers.js';

const start = servers();

describe('what a peer must not do', () => {
  it('F30: is a message that is too large (1009), however it is cut', async () => {
    for (const fragments of [1, 3]) {
      const { recorder, peer } = await connected(await start(), 'node', { maxFrameBytes: 10_000 });
      const piece = 'x'.repeat(Math.ceil(10_001 / fragments));
      for (let left = fragments; left > 0; left--) peer.socket.send(piece, { fin: left === 1 });
      const error = await recorder.closed();
      expect(error).toMatchObject({ closeCode: 1009, origin: 'local', retryable: false });
      expect(error?.message).toContain('raise maxFrameBytes');
      await expect.poll(() => peer.closed?.code).toBe(1009);
      expect(recorder.frames).toEqual([]);
    }
  });

  it('is a message of just as much as is allowed, which passes', async () => {
    const { transport, recorder, peer } = await connected(await start(), 'node', { maxFrameBytes: 10_000 });
    peer.send('x'.repeat(10_000));
    await recorder.until(() => recorder.frames.length === 1);
    transport.destroy();
  });

  it.each([
    ['a compressed frame, which nobody asked for', [0xc1, 0x02, 0x03, 0x00], 1002],
    ['a frame of a kind that there is not', [0x83, 0x00], 1002],
    ['a masked frame', [0x81, 0x80, 1, 2, 3, 4], 1002],
    ['text that is not UTF-8', [0x81, 0x02, 0xc3, 0x28], 1007],
  ])('is %s', async (_what, bytes, code) => {
    const { recorder, peer } = await connected(await start());
    peer.raw.write(Buffer.from(bytes));
    expect(await recorder.closed()).toMatchObject({ closeCode: code, origin: 'local', retryable: false });
    await expect.poll(() => peer.closed?.code).toBe(code);
    expect([recorder.frames, recorder.closes.length]).toEqual([[], 1]);
  });

  it('F6: is to send more than a page can keep while its handlers are slow', async () => {
    const { transport, recorder, peer } = await connected(await start(), 'browser');
    transport.pause();
    for (let count = 0; count < 13; count++) peer.send('x'.repeat(1 << 20));
    const error = await recorder.closed();
    expect(error).toBeInstanceOf(ReceiveBufferFullError);
    expect(error).toMatchObject({ code: 'ERR_RECEIVE_BUFFER_FULL', limit: 12 << 20, retryable: true });
    expect(recorder.frames).toEqual([]);
    await expect.poll(() => peer.closed).toBeDefined();
  });

  it.each([
    ['text', ''],
    ['binary', new ArrayBuffer(0)],
  ])('is to send messages without end that are empty, while its handlers are slow (%s)', async (_what, data) => {
    const { webSocket, sockets } = fakeSockets();
    const recorder = new Recorder();
    const transport = transportTo(await start(), 'browser', { webSocket });
    const connecting = transport.connect(recorder, never());
    sockets[0]?.fire('open');
    await connecting;
    transport.pause();
    for (let count = 0; count < 200_000; count++) sockets[0]?.fire('message', { data });
    await settled();
    expect(recorder.closes).toEqual([expect.any(ReceiveBufferFullError)]);
    expect(sockets[0]?.closes).toBe(1);
  });

  it('makes it wait instead where the socket can be paused', async () => {
    const { transport, recorder, peer } = await connected(await start(), 'node', { maxFrameBytes: 2 << 20 });
    transport.pause();
    for (let count = 0; count < 64; count++) peer.send('x'.repeat(1 << 20));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(recorder.closes).toEqual([]);
    expect(peer.socket.bufferedAmount).toBeGreaterThan(32 << 20);
    transport.resume();
    await recorder.until(() => recorder.frames.length === 64);
    transport.destroy();
  });
});

describe('a bomb', () => {
  it('of 6 MB in 6 KB is refused without being unpacked', async () => {
    const { deflateRawSync } = await import('node:zlib');
    const packed = deflateRawSync(Buffer.alloc(6_000_000, 'x'));
    const header = Buffer.from([0xc1, 126, packed.length >> 8, packed.length & 0xff]);
    const { recorder, peer } = await connected(await start());
    const before = process.memoryUsage().rss;
    peer.raw.write(Buffer.concat([header, packed]));
    expect(await recorder.closed()).toMatchObject({ closeCode: 1002, origin: 'local' });
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
    expect(recorder.frames).toEqual([]);
  });

  it('of a message that announces 1 GiB is refused before it comes', async () => {
    const { recorder, peer } = await connected(await start());
    peer.raw.write(Buffer.from([0x81, 127, 0, 0, 0, 0, 0x40, 0, 0, 0]));
    expect(await recorder.closed()).toMatchObject({ closeCode: 1009, origin: 'local' });
  });

  it('of fragments that never end is refused', async () => {
    const { recorder, peer } = await connected(await start());
    for (let count = 0; count < 100 && !peer.closed; count++) peer.socket.send('x'.repeat(100_000), { fin: false });
    expect(await recorder.closed()).toMatchObject({ closeCode: 1009, origin: 'local' });
  });

  it('of fragments that never end and are empty is refused, and no larger limit is the way out', async () => {
    const { recorder, peer } = await connected(await start());
    peer.raw.write(Buffer.from([0x01, 0x00, ...new Array<number>(2 * 20_000).fill(0)]));
    const error = await recorder.closed();
    expect(error).toMatchObject({ closeCode: 1008, origin: 'local', retryable: false });
    expect(error?.message).not.toMatch(/maxFrameBytes|not wanted/);
    expect(error?.message).toContain('too many pieces');
    await expect.poll(() => peer.closed?.code).toBe(1008);
  });
});
