import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { ConnectError, NotXmppError, SystemClock, TimeoutError, type Timer } from '@sestina/core';
import { VirtualClock } from '@sestina/testing';
import { WebSocketTransportFactory } from '@sestina/websocket';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { connected, KINDS, transportTo } from './support/connect.js';
import { fakeSockets } from './support/fake-socket.js';
import { failure, never, Recorder, settled } from './support/recorder.js';
import { servers } from './support/servers.js';

const start = servers();

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
    const error = await failure(transport.connect(new Recorder(), never()));
    expect(error).toMatchObject({ code: 'ERR_CONNECT', domain: 'example.org', retryable: true });
    if (kind === 'node') expect(error.message).toContain('ECONNREFUSED');
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
