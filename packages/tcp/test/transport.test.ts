import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { SystemClock, type Timer } from '@sestina/core';
import type { TransportEvents } from '@sestina/core/transport';
import { TcpTransportFactory } from '@sestina/tcp';
import { afterEach, describe, expect, it } from 'vitest';
import { dialTcp } from '../src/dial.js';
import { Authority } from './support/certificates.js';
import { never, secured, transportTo, type Way } from './support/connect.js';
import { FakeResolver, failure, Recorder } from './support/fakes.js';
import { ManualClock, settled } from './support/manual-clock.js';
import { Loopback } from './support/servers.js';

const authority = new Authority();
const pair = authority.issue({ names: ['dns:example.org'] });
const tls = { ca: authority.ca };
const servers: Loopback[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A transport in the clear, or on TLS, with the server's end of it. */
async function connected(way: Way | 'clear', recorder = new Recorder()) {
  let accepted: (socket: Socket) => void = () => {};
  const acceptance = new Promise<Socket>((resolve) => {
    accepted = resolve;
  });
  const server = await {
    clear: () => Loopback.plain(accepted),
    'direct TLS': () => Loopback.tls(pair, accepted),
    STARTTLS: () => Loopback.startTls(pair, accepted),
  }[way]();
  servers.push(server);
  const transport = transportTo(server, way === 'clear' ? 'STARTTLS' : way, { tls });
  if (way === 'clear') await transport.connect(recorder, never());
  else await secured(transport, way, recorder);
  recorder.text = '';
  return { transport, recorder, peer: await acceptance };
}

describe.each(['clear', 'direct TLS', 'STARTTLS'] as const)('a connection (%s)', (way) => {
  it('F7: carries text both ways, also in single bytes', async () => {
    const { transport, recorder, peer } = await connected(way);
    let got = '';
    peer.setEncoding('utf8').on('data', (text: string) => {
      got += text;
    });
    transport.write('grüße 🦉');
    await expect.poll(() => got).toBe('grüße 🦉');
    for (const byte of Buffer.from('<a/>')) {
      peer.write(Buffer.of(byte));
      await settled();
    }
    await recorder.received('<a/>');
    transport.destroy();
  });

  it('sends what is written within one tick in one piece', async () => {
    const { transport, peer } = await connected(way);
    const pieces: string[] = [];
    peer.on('data', (data) => pieces.push(String(data)));
    for (const text of ['<a/>', '<b/>', '<c/>']) transport.write(text);
    await Promise.resolve();
    transport.write('<d/>');
    await expect.poll(() => pieces).toEqual(['<a/><b/><c/><d/>']);
    transport.destroy();
  });

  it('says when the peer does not keep up, and when it does again, and keeps the order', async () => {
    const { transport, recorder, peer } = await connected(way);
    peer.pause();
    const piece = `${'x'.repeat(16_383)}\n`;
    let written = 0;
    let ready = true;
    while (ready && written < 10_000) {
      ready = transport.write(`${written++} ${piece}`);
      if (written % 10 === 0) await settled();
    }
    expect(ready).toBe(false);
    expect(recorder.drains).toBe(0);
    let got = '';
    peer.on('data', (data) => {
      got += String(data);
    });
    peer.resume();
    await recorder.until(() => recorder.drains > 0);
    const numbers = (): number[] =>
      got
        .split('\n')
        .slice(0, -1)
        .map((line) => Number.parseInt(line, 10));
    await expect.poll(() => numbers().length).toBe(written);
    expect(numbers()).toEqual(Array.from({ length: written }, (_, index) => index));
    transport.write('one more');
    await expect.poll(() => got.endsWith('one more')).toBe(true);
    expect(recorder.drains).toBe(1);
    transport.destroy();
  });

  it('does not read while it is paused', async () => {
    const { transport, recorder, peer } = await connected(way);
    transport.pause();
    const chunk = Buffer.alloc(1 << 20, 'x');
    let accepted = 0;
    while (peer.write(chunk) || accepted < 64) {
      if (++accepted >= 64) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(recorder.text).toBe('');
    expect(peer.writableLength).toBeGreaterThan(32 << 20);
    transport.resume();
    await recorder.until(() => recorder.text.length === accepted << 20);
    transport.destroy();
  });

  it('closes once without an error when the peer ends it', async () => {
    const { transport, recorder, peer } = await connected(way);
    peer.end('<last/>');
    expect(await recorder.closed()).toBeUndefined();
    expect(recorder.text).toBe('<last/>');
    transport.destroy();
    transport.end();
    expect(transport.write('x')).toBe(false);
    await settled();
    expect([recorder.closes.length, recorder.late]).toEqual([1, 0]);
    expect([transport.secure, transport.canStartTls, transport.channelBindingTypes]).toEqual([false, false, []]);
  });

  it('writes what is buffered before it ends', async () => {
    const { transport, recorder, peer } = await connected(way);
    let got = '';
    peer.on('data', (data) => {
      got += String(data);
    });
    const text = 'y'.repeat(1 << 20);
    transport.write(text);
    transport.end();
    transport.write('not this');
    expect(await recorder.closed()).toBeUndefined();
    await expect.poll(() => got.length).toBe(text.length);
  });

  it('F4: closes once with an error when the peer resets it in the middle of a write', async () => {
    const { transport, recorder, peer } = await connected(way);
    const raw = servers[0]?.sockets[0] as Socket;
    const writing = setInterval(() => transport.write('z'.repeat(100_000)), 1);
    await once(peer, 'readable');
    raw.resetAndDestroy();
    const error = await recorder.closed();
    clearInterval(writing);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(error).toMatchObject({ code: 'ERR_DISCONNECTED', retryable: true });
    expect([recorder.closes.length, recorder.late]).toEqual([1, 0]);
  });

  it('closes once, after the call, when it is destroyed', async () => {
    const { transport, recorder, peer } = await connected(way);
    peer.write('never read');
    transport.write('lost');
    transport.destroy();
    transport.destroy();
    expect(recorder.closes).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([recorder.closes, recorder.late, recorder.text]).toEqual([[undefined], 0, '']);
  });

  it('survives a listener that throws, and closes', async () => {
    const recorder = new Recorder();
    const { peer } = await connected(way, recorder);
    recorder.onData = () => {
      throw new Error('oops');
    };
    peer.write('<a/><b/>');
    expect(await recorder.closed()).toMatchObject({ code: 'ERR_DISCONNECTED', cause: new Error('oops') });
  });
});

describe('connect()', () => {
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

  it.each([
    ['while it dials', 0],
    ['in the handshake', 50],
  ])('leaves no socket and no timer when it is aborted %s', async (_what, ms) => {
    const server = await Loopback.plain();
    servers.push(server);
    const clock = new CountingClock();
    const dialled: Socket[] = [];
    const dial = async (host: string, port: number): Promise<Duplex> => {
      const socket = connectSocket(port, host);
      dialled.push(socket);
      await once(socket, 'connect');
      return socket;
    };
    const transport = transportTo(server, 'direct TLS', {}, { clock, dial });
    const recorder = new Recorder();
    const controller = new AbortController();
    const connecting = failure(transport.connect(recorder, controller.signal));
    await (ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : expect.poll(() => dialled.length).toBe(1));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await connecting).toBe(reason);
    expect(clock.pending).toBe(0);
    await expect.poll(() => dialled[0]?.destroyed).toBe(true);
    expect(recorder.closes).toEqual([]);
  });

  it('closes a socket that is not connected yet when it is aborted', async () => {
    const server = await Loopback.plain((socket) => socket.resume());
    servers.push(server);
    const controller = new AbortController();
    const dialling = failure(dialTcp('127.0.0.1', server.port, controller.signal));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await dialling).toBe(reason);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.sockets.every((socket) => socket.destroyed)).toBe(true);
  });

  it('closes the socket of its own dialling when it is aborted', async () => {
    const server = await Loopback.plain();
    servers.push(server);
    const transport = transportTo(server, 'direct TLS');
    const controller = new AbortController();
    const connecting = failure(transport.connect(new Recorder(), controller.signal));
    await expect.poll(() => server.sockets.length).toBe(1);
    server.sockets[0]?.resume();
    controller.abort(new Error('enough'));
    await connecting;
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
  });

  it('does not read before resume() where it was paused before', async () => {
    const server = await Loopback.plain((socket) => socket.write('<early/>'));
    servers.push(server);
    const transport = transportTo(server, 'STARTTLS');
    const recorder = new Recorder();
    transport.pause();
    await transport.connect(recorder, never());
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(recorder.text).toBe('');
    transport.resume();
    await recorder.received('<early/>');
    transport.destroy();
  });

  it('does nothing with a signal that is aborted already', async () => {
    const resolver = new FakeResolver();
    const transport = new TcpTransportFactory({ resolver }).create({ domain: 'example.org', kind: 'client' });
    const reason = new Error('too late');
    expect(await failure(transport.connect(new Recorder(), AbortSignal.abort(reason)))).toBe(reason);
    expect(resolver.asked).toEqual([]);
  });

  it('fails after destroy(), and tells nothing else', async () => {
    const recorder = new Recorder();
    const transport = new TcpTransportFactory({ resolver: new FakeResolver() }).create({
      domain: 'example.org',
      kind: 'client',
    });
    transport.destroy();
    expect(await failure(transport.connect(recorder, never()))).toBeInstanceOf(Error);
    expect(recorder.closes).toEqual([]);
  });
});

describe('a stream of the caller’s (proxy)', () => {
  class Tunnel extends Duplex {
    readonly written: string[] = [];

    constructor() {
      super({ allowHalfOpen: true, decodeStrings: false, autoDestroy: false, emitClose: false });
    }

    override _read(): void {}

    override _write(chunk: string, _encoding: string, done: () => void): void {
      this.written.push(String(chunk));
      done();
    }
  }

  async function connectedTunnel(events: TransportEvents) {
    const tunnel = new Tunnel();
    const clock = new ManualClock();
    const dialled: [string, number][] = [];
    const dial = async (host: string, port: number): Promise<Duplex> => {
      dialled.push([host, port]);
      return tunnel;
    };
    const resolver = new FakeResolver({}, { 'example.org': ['192.0.2.1'] });
    const transport = new TcpTransportFactory({ resolver, dial, clock }).create({
      domain: 'example.org',
      kind: 'client',
    });
    await transport.connect(events, never());
    return { transport, tunnel, clock, dialled };
  }

  it('is dialled instead of a socket', async () => {
    const recorder = new Recorder();
    const { transport, tunnel, dialled } = await connectedTunnel(recorder);
    transport.write('<out/>');
    tunnel.push('<in/>');
    await recorder.received('<in/>');
    await expect.poll(() => tunnel.written).toEqual(['<out/>']);
    expect(dialled).toEqual([['192.0.2.1', 5222]]);
    transport.destroy();
  });

  it('closes on an error, even where the stream itself emits no close', async () => {
    const recorder = new Recorder();
    const { tunnel } = await connectedTunnel(recorder);
    tunnel.emit('error', new Error('tunnel collapsed'));
    tunnel.emit('error', new Error('again'));
    expect(await recorder.closed()).toMatchObject({ code: 'ERR_DISCONNECTED', cause: new Error('tunnel collapsed') });
    expect([recorder.closes.length, recorder.late, tunnel.destroyed]).toEqual([1, 0, true]);
  });

  it('does not wait for ever for the peer to close, after it ended or was ended', async () => {
    for (const end of ['ours', 'theirs']) {
      const recorder = new Recorder();
      const { transport, tunnel, clock } = await connectedTunnel(recorder);
      if (end === 'ours') transport.end();
      else tunnel.push(null);
      await clock.advance(9_999);
      expect(recorder.closes, end).toEqual([]);
      expect(tunnel.writableEnded).toBe(true);
      await clock.advance(1);
      expect(recorder.closes, end).toEqual([undefined]);
      expect([tunnel.destroyed, clock.pending]).toEqual([true, 0]);
    }
  });

  it('leaves no timer once the peer has closed after we ended', async () => {
    const recorder = new Recorder();
    const { transport, tunnel, clock } = await connectedTunnel(recorder);
    transport.end();
    expect(clock.pending).toBe(1);
    tunnel.emit('close');
    await settled();
    expect([recorder.closes, clock.pending]).toEqual([[undefined], 0]);
  });

  it('is refused where it is closed already', async () => {
    const dial = async (): Promise<Duplex> => new Tunnel().destroy();
    const transport = new TcpTransportFactory({ resolver: new FakeResolver(), dial }).create({
      domain: '127.0.0.1',
      kind: 'client',
    });
    expect(await failure(transport.connect(new Recorder(), never()))).toMatchObject({ code: 'ERR_DISCONNECTED' });
  });
});
