import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { ConnectError, NotXmppError, SystemClock, TimeoutError, type Timer } from '@sestina/core';
import { VirtualClock } from '@sestina/testing';
import { ReceiveBufferFullError, WebSocketClosedError, WebSocketTransportFactory } from '@sestina/websocket';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { connected, KINDS, transportTo } from './support/connect.js';
import { fakeSockets } from './support/fake-socket.js';
import { failure, never, Recorder, settled } from './support/recorder.js';
import { LoopbackServer } from './support/server.js';

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

async function start(options: Parameters<typeof LoopbackServer.start>[0] = {}): Promise<LoopbackServer> {
  const server = await LoopbackServer.start(options);
  cleanups.push(() => server.close());
  return server;
}

describe.each(KINDS)('a connection (%s)', (kind) => {
  it('asks for the subprotocol xmpp and for no extension', async () => {
    const server = await start();
    const { transport } = await connected(server, kind);
    const [request] = server.requests;
    expect(request?.headers['sec-websocket-protocol']).toBe('xmpp');
    // The class that plays the browser's part compresses, as browsers do.
    if (kind === 'node') expect(request?.headers['sec-websocket-extensions']).toBeUndefined();
    expect([transport.kind, transport.secure, transport.canStartTls, transport.channelBindingTypes]).toEqual([
      'websocket',
      false,
      false,
      [],
    ]);
    expect(await transport.channelBinding('tls-exporter')).toBeUndefined();
    await expect(transport.startTls(never())).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    transport.destroy();
  });

  it('makes one text message of each write, and one call of each message', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    for (const text of ['<a/>', '<b>grüße 🦉</b>', '<c/>']) expect(transport.write(text)).toBe(true);
    await expect.poll(() => peer.frames).toEqual(['<a/>', '<b>grüße 🦉</b>', '<c/>']);
    expect(peer.binary).toEqual([false, false, false]);
    for (const frame of ['<d/>', '<e>grüße 🦉</e>', '']) peer.send(frame);
    await recorder.until(() => recorder.frames.length === 3);
    expect(recorder.frames).toEqual(['<d/>', '<e>grüße 🦉</e>', '']);
    transport.destroy();
  });

  it('sends no white space (RFC 7395 §3.8)', async () => {
    const { transport, peer } = await connected(await start(), kind);
    expect([transport.write(' '), transport.write('\n'), transport.write('<a/>')]).toEqual([true, true, true]);
    await expect.poll(() => peer.frames).toEqual(['<a/>']);
    transport.destroy();
  });

  it('hands binary messages over as bytes, for the parser to refuse', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    peer.send(Buffer.from('<a/>'));
    await recorder.until(() => recorder.frames.length === 1);
    expect(recorder.frames[0]).toBeInstanceOf(Uint8Array);
    transport.destroy();
  });

  it('takes a message in many fragments as one', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    for (const [text, fin] of [
      ['<a>', false],
      ['b', false],
      ['</a>', true],
    ] as const)
      peer.socket.send(text, { fin });
    await recorder.until(() => recorder.frames.length === 1);
    expect(recorder.frames).toEqual(['<a>b</a>']);
    transport.destroy();
  });

  it('says when the peer does not keep up, and when it does again, and keeps the order', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    peer.raw.pause();
    const piece = 'x'.repeat(16_384);
    let written = 0;
    let ready = true;
    while (ready && written < 10_000) {
      ready = transport.write(`<${written++} ${piece}`);
      if (written % 10 === 0) await settled();
    }
    expect(ready).toBe(false);
    expect(transport.write(`<${written++} ${piece}`)).toBe(false);
    expect(recorder.drains).toBe(0);
    peer.raw.resume();
    await recorder.until(() => recorder.drains > 0);
    await expect.poll(() => peer.frames.length).toBe(written);
    const numbers = peer.frames.map((frame) => Number.parseInt(frame.slice(1), 10));
    expect(numbers).toEqual(Array.from({ length: written }, (_, index) => index));
    expect(transport.write('<last/>')).toBe(true);
    await expect.poll(() => peer.frames.at(-1)).toBe('<last/>');
    expect(recorder.drains).toBe(1);
    transport.destroy();
  });

  it('tells nothing while it is paused, and everything in order afterwards', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    transport.pause();
    for (let number = 0; number < 1_000; number++) peer.send(`<a>${number}</a>`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(recorder.frames).toEqual([]);
    recorder.onData = () => {
      if (recorder.frames.length !== 10) return;
      transport.pause();
      queueMicrotask(() => transport.resume());
    };
    transport.resume();
    await recorder.until(() => recorder.frames.length === 1_000);
    expect(recorder.frames).toEqual(Array.from({ length: 1_000 }, (_, number) => `<a>${number}</a>`));
    transport.destroy();
  });

  it('tells nothing before resume() where it was paused before it was connected', async () => {
    const server = await start();
    const recorder = new Recorder();
    const transport = transportTo(server, kind);
    transport.pause();
    server.next().then((peer) => peer.send('<early/>'));
    await transport.connect(recorder, never());
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(recorder.frames).toEqual([]);
    transport.resume();
    await recorder.until(() => recorder.frames.length === 1);
    transport.destroy();
  });

  it('tells what came before the end, even where nobody reads yet', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    transport.pause();
    peer.send('<a/>');
    peer.socket.close(1012);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([recorder.frames, recorder.closes]).toEqual([[], []]);
    transport.resume();
    expect(await recorder.closed()).toMatchObject({ closeCode: 1012 });
    expect(recorder.frames).toEqual(['<a/>']);
  });

  it.each([1000, 1005])('closes without an error when the peer ends it (%i)', async (code) => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    peer.send('<last/>');
    peer.socket.close(code === 1005 ? undefined : code);
    expect(await recorder.closed()).toBeUndefined();
    expect(recorder.frames).toEqual(['<last/>']);
    transport.destroy();
    transport.end();
    expect(transport.write('<a/>')).toBe(false);
    await settled();
    expect([recorder.closes.length, recorder.late, transport.secure]).toEqual([1, 0, false]);
  });

  it.each([
    [1001, true],
    [1002, false],
    [1003, false],
    [1007, false],
    [1008, false],
    [1009, false],
    [1010, false],
    [1011, true],
    [1012, true],
    [1013, true],
    [1014, true],
    [3000, true],
    [4000, true],
  ])('closes with a typed error when the peer closes with %i', async (code, retryable) => {
    const { recorder, peer } = await connected(await start(), kind);
    peer.socket.close(code, 'because\n');
    const error = await recorder.closed();
    expect(error).toBeInstanceOf(WebSocketClosedError);
    expect(error).toMatchObject({
      code: 'ERR_WEBSOCKET_CLOSED',
      closeCode: code,
      closeReason: 'because\n',
      origin: 'peer',
      retryable,
    });
    expect(error?.message).toContain('("because?")');
    await settled();
    expect([recorder.closes.length, recorder.late]).toEqual([1, 0]);
  });

  it.each(['reset', 'cut in the middle of a frame'])('closes once with an error when it is %s (1006)', async (how) => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    if (how === 'reset') {
      transport.write('<a/>');
      peer.raw.resetAndDestroy();
    } else {
      peer.raw.end(Buffer.from([0x81, 0x05, 0x3c, 0x61]));
    }
    expect(await recorder.closed()).toMatchObject({ code: 'ERR_DISCONNECTED', retryable: true });
    await settled();
    expect([recorder.closes.length, recorder.late, recorder.frames]).toEqual([1, 0, []]);
  });

  it('writes what is buffered before it ends, with 1000', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    const text = `<a>${'y'.repeat(1 << 20)}</a>`;
    transport.write(text);
    transport.end();
    transport.end();
    expect(transport.write('<not-this/>')).toBe(false);
    expect(await recorder.closed()).toBeUndefined();
    await expect.poll(() => peer.closed).toEqual({ code: 1000, reason: '' });
    expect(peer.frames).toEqual([text]);
  });

  it('ends although it is paused', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    transport.pause();
    peer.send('<never-read/>');
    transport.end();
    expect(await recorder.closed()).toBeUndefined();
  });

  it('does not wait for ever for the peer to close', async () => {
    const clock = new VirtualClock();
    const { transport, recorder, peer } = await connected(await start(), kind, { clock });
    peer.raw.pause();
    transport.end();
    await clock.advance(9_999);
    expect(recorder.closes).toEqual([]);
    await clock.advance(1);
    expect(recorder.closes).toEqual([undefined]);
    expect(clock.pending).toEqual([]);
    peer.raw.destroy();
  });

  it('closes once, after the call, when it is destroyed', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    peer.send('<never-read/>');
    transport.write('<lost/>');
    transport.destroy();
    transport.destroy();
    expect(recorder.closes).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([recorder.closes, recorder.late, recorder.frames]).toEqual([[undefined], 0, []]);
    await expect.poll(() => peer.closed).toBeDefined();
  });

  it('survives a listener that throws, and closes', async () => {
    const { recorder, peer } = await connected(await start(), kind);
    recorder.onData = () => {
      throw new Error('oops');
    };
    peer.send('<a/>');
    peer.send('<b/>');
    expect(await recorder.closed()).toMatchObject({ code: 'ERR_DISCONNECTED', cause: new Error('oops') });
    expect(recorder.frames.length).toBe(1);
  });
});

describe('what a peer must not do', () => {
  it('is a message that is too large (1009), however it is cut', async () => {
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

  it('is to send more than a page can keep while its handlers are slow', async () => {
    const { transport, recorder, peer } = await connected(await start(), 'browser');
    transport.pause();
    for (let count = 0; count < 9; count++) peer.send('x'.repeat(1 << 20));
    const error = await recorder.closed();
    expect(error).toBeInstanceOf(ReceiveBufferFullError);
    expect(error).toMatchObject({ code: 'ERR_RECEIVE_BUFFER_FULL', limit: 8 << 20, retryable: true });
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

describe('connect()', () => {
  it.each(KINDS)('refuses a server that does not confirm the subprotocol (%s)', async (kind) => {
    const server = await start({ handleProtocols: () => false });
    const error = await failure(transportTo(server, kind).connect(new Recorder(), never()));
    // ws, in the part of a browser, does not get that far.
    expect(error).toBeInstanceOf(kind === 'node' ? NotXmppError : ConnectError);
    expect(error.message).toMatch(/subprotocol|did not open/);
  });

  it('refuses a WebSocket of the platform that opens without the subprotocol', async () => {
    const { webSocket, sockets } = fakeSockets('');
    const factory = new WebSocketTransportFactory({ webSocket });
    const transport = factory.create({
      domain: 'example.org',
      kind: 'client',
      service: 'wss://example.org/ws?token=x',
    });
    const connecting = failure(transport.connect(new Recorder(), never()));
    await settled();
    sockets[0]?.fire('open');
    const error = await connecting;
    expect(error).toBeInstanceOf(NotXmppError);
    expect(error.message).toContain('wss://example.org/ws is');
    expect(sockets[0]?.closes).toBe(1);
  });

  it.each([
    ['answers with a status', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 'HTTP status 404'],
    ['redirects', 'HTTP/1.1 301 Moved\r\nLocation: ws://localhost/\r\nContent-Length: 0\r\n\r\n', 'HTTP status 301'],
    [
      'upgrades to something else',
      'HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n',
      '',
    ],
    [
      'confirms no key',
      'HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n',
      '',
    ],
    ['speaks no HTTP', "<?xml version='1.0'?><stream:stream>", ''],
  ])('fails where the server %s', async (_what, answer, message) => {
    const server = await start({ handshake: (_request, socket) => void socket.write(answer) });
    const recorder = new Recorder();
    const error = await failure(transportTo(server).connect(recorder, never()));
    expect(error).toBeInstanceOf(ConnectError);
    expect(error.message).toContain(message);
    expect(error.message).toContain(server.url);
    await settled();
    expect(recorder.closes).toEqual([]);
  });

  it.each([
    ['extension', 'Sec-WebSocket-Extensions: permessage-deflate'],
    ['window size', 'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99'],
  ])('fails where the server turns on a compression that nobody asked for (%s)', async (_what, line) => {
    const { createHash } = await import('node:crypto');
    const server = await start({
      handshake: (request, socket) => {
        const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
        const accept = createHash('sha1').update(key).digest('base64');
        socket.write(
          `HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: xmpp\r\nSec-WebSocket-Accept: ${accept}\r\n${line}\r\n\r\n`,
        );
      },
    });
    const error = await failure(transportTo(server).connect(new Recorder(), never()));
    expect(error).toBeInstanceOf(ConnectError);
    expect(error.message).toContain('extension');
  });

  it.each(KINDS)('fails where nobody listens (%s)', async (kind) => {
    const server = await start();
    const transport = transportTo(server, kind);
    await server.close();
    cleanups.length = 0;
    const error = await failure(transport.connect(new Recorder(), never()));
    expect(error).toMatchObject({ code: 'ERR_CONNECT', domain: 'example.org', retryable: true });
    if (kind === 'node') expect(error.message).toContain('connection refused');
  });

  it.each(KINDS)('gives up after connectTimeout (%s)', async (kind) => {
    let asked: () => void = () => {};
    const request = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = await start({ handshake: () => asked() });
    const clock = new VirtualClock();
    const connecting = failure(
      transportTo(server, kind, { clock, connectTimeout: 5_000 }).connect(new Recorder(), never()),
    );
    await request;
    await clock.advance(5_000);
    const error = (await connecting) as ConnectError;
    expect(error).toBeInstanceOf(ConnectError);
    expect(error.attempts[0]?.error).toBeInstanceOf(TimeoutError);
    expect(clock.pending).toEqual([]);
  });

  class CountingClock extends SystemClock {
    pending = 0;

    override setTimer(delay: number, callback: () => void): Timer {
      this.pending++;
      const timer = super.setTimer(delay, callback);
      return {
        cancel: () => {
          this.pending--;
          timer.cancel();
        },
      };
    }
  }

  it.each(KINDS)('leaves no socket and no timer when it is aborted (%s)', async (kind) => {
    const sockets: Socket[] = [];
    const server = await start({ handshake: (_request, socket) => void sockets.push(socket as Socket) });
    const clock = new CountingClock();
    const recorder = new Recorder();
    const controller = new AbortController();
    const connecting = failure(transportTo(server, kind, { clock }).connect(recorder, controller.signal));
    await expect.poll(() => sockets.length).toBe(1);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await connecting).toBe(reason);
    expect(clock.pending).toBe(0);
    sockets[0]?.resume();
    await expect.poll(() => sockets[0]?.destroyed || sockets[0]?.readableEnded).toBe(true);
    await settled();
    expect(recorder.closes).toEqual([]);
  });

  it.each(KINDS)('fails when it is destroyed meanwhile, and tells nothing else (%s)', async (kind) => {
    const server = await start({ handshake: () => {} });
    for (const how of ['destroy', 'end'] as const) {
      const recorder = new Recorder();
      const transport = transportTo(server, kind);
      const connecting = failure(transport.connect(recorder, never()));
      await settled();
      transport[how]();
      expect(await connecting).toMatchObject({ code: 'ERR_DISCONNECTED' });
      expect(recorder.closes).toEqual([]);
    }
  });

  it.each(['aborted', 'destroyed'])('leaves no socket open that opened in the tick in which it was %s', async (how) => {
    const { webSocket, sockets } = fakeSockets();
    const controller = new AbortController();
    const transport = transportTo(await start(), 'browser', { webSocket });
    const connecting = failure(transport.connect(new Recorder(), controller.signal));
    const reason = new Error('enough');
    sockets[0]?.fire('open');
    if (how === 'aborted') controller.abort(reason);
    else transport.destroy();
    const error = await connecting;
    if (how === 'aborted') expect(error).toBe(reason);
    else expect(error).toMatchObject({ code: 'ERR_DISCONNECTED' });
    expect(sockets.map(({ closes }) => closes)).toEqual([1]);
  });

  it('does nothing with a signal that is aborted already', async () => {
    const server = await start();
    const reason = new Error('too late');
    expect(await failure(transportTo(server).connect(new Recorder(), AbortSignal.abort(reason)))).toBe(reason);
    expect(server.requests).toEqual([]);
  });

  it('works once', async () => {
    const { transport } = await connected(await start());
    expect(await failure(transport.connect(new Recorder(), never()))).toMatchObject({ code: 'ERR_CONFIG' });
    transport.destroy();
  });

  it('says so where the platform has no WebSocket', async () => {
    const factory = new WebSocketTransportFactory({ webSocket: 'none' as unknown as typeof WebSocket });
    const transport = factory.create({ domain: 'example.org', kind: 'client', service: 'wss://example.org/ws' });
    expect(await failure(transport.connect(new Recorder(), never()))).toMatchObject({ code: 'ERR_CONFIG' });
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
    for (let count = 0; count < 20 && !peer.closed; count++) peer.socket.send('x'.repeat(100_000), { fin: false });
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

it('answers pings while it waits', async () => {
  const { transport, peer } = await connected(await start());
  peer.socket.ping('there?');
  const [data] = await once(peer.socket, 'pong');
  expect(String(data)).toBe('there?');
  transport.destroy();
});

it('closes a TCP connection that nobody answers on when it is aborted', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket.on('error', () => {}).resume()));
  const { port } = server.address() as { port: number };
  const controller = new AbortController();
  const transport = new WebSocketTransportFactory().create({
    domain: 'example.org',
    kind: 'client',
    service: `ws://127.0.0.1:${port}/`,
  });
  const connecting = failure(transport.connect(new Recorder(), controller.signal));
  await expect.poll(() => sockets.length).toBe(1);
  controller.abort(new Error('enough'));
  await connecting;
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  await new Promise((resolve) => server.close(resolve));
});
