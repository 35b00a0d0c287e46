import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type Dial, TlsInjectionError } from '@sestina/tcp';
import { afterEach, describe, expect, it } from 'vitest';
import { Authority } from './support/certificates.js';
import { never, transportTo, upgraded } from './support/connect.js';
import { failure, Recorder } from './support/fakes.js';
import { Loopback } from './support/servers.js';

const authority = new Authority();
const pair = authority.issue({ names: ['dns:example.org'] });
const TLS = { ca: authority.ca };
const servers: Loopback[] = [];
const keep = async (server: Promise<Loopback>): Promise<Loopback> => {
  servers.push(await server);
  return server;
};

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A stream of the caller's, which is not a net.Socket. */
const tunnel: Dial = (host, port, signal) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.on('error', reject).once('connect', () => resolve(Duplex.from({ readable: socket, writable: socket })));
  });

describe.each([
  ['a socket', {}],
  ['a dialled stream', { dial: tunnel }],
])('STARTTLS on %s', (_what, options) => {
  it('encrypts what follows in both directions', async () => {
    const server = await keep(
      Loopback.startTls(pair, (socket) => socket.on('data', (data) => socket.write(`echo ${data}`))),
    );
    const transport = transportTo(server, 'STARTTLS', { tls: TLS }, options);
    const recorder = new Recorder();
    expect([transport.secure, transport.canStartTls]).toEqual([false, false]);
    await transport.connect(recorder, never());
    expect([transport.secure, transport.canStartTls]).toEqual([false, true]);
    transport.write('<starttls/>');
    await recorder.received('<proceed/>');
    await transport.startTls(never());
    expect([transport.secure, transport.canStartTls]).toEqual([true, false]);
    transport.write('<hello/>');
    await recorder.received('echo <hello/>');
    expect(await failure(transport.startTls(never()))).toMatchObject({ code: 'ERR_CONFIG' });
    transport.destroy();
  });

  it.each([
    ['a stanza', '<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>'],
    ['one space', ' '],
    ['what looks like HTTP', 'HTTP/1.1 200 OK\r\n\r\n'],
  ])('refuses %s in a second segment before the handshake (CVE-2011-0411)', async (_name, injected) => {
    const beforeTls = async (socket: Socket): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.write(injected);
    };
    const server = await keep(Loopback.startTls(pair, undefined, beforeTls));
    const transport = transportTo(server, 'STARTTLS', { tls: TLS }, options);
    const recorder = new Recorder();
    const error = await failure(upgraded(transport, recorder));
    expect(error).toBeInstanceOf(TlsInjectionError);
    expect(error).toMatchObject({ code: 'ERR_TLS_INJECTION', retryable: false });
    expect(recorder.text).toBe('<proceed/>');
    expect(transport.secure).toBe(false);
    expect(await recorder.closed()).toBe(error);
  });

  it.each([
    ['a stanza', Buffer.from('<proceed/><injected/>')],
    ['a TLS alert, which no server sends first', Buffer.of(0x15, 3, 3, 0, 2, 2, 40)],
  ])('refuses what was received while reading was paused: %s', async (_name, injected) => {
    const server = await keep(Loopback.plain((socket) => socket.once('data', () => socket.write(injected))));
    const transport = transportTo(server, 'STARTTLS', { tls: TLS }, options);
    const recorder = new Recorder();
    await transport.connect(recorder, never());
    transport.pause();
    transport.write('<starttls/>');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const error = await failure(transport.startTls(never()));
    expect(error).toBeInstanceOf(TlsInjectionError);
    expect(error).toMatchObject({ code: 'ERR_TLS_INJECTION', retryable: false });
    expect(recorder.text).toBe('');
    expect(await recorder.closed()).toBe(error);
  });

  it('can be aborted, and closes then', async () => {
    const server = await keep(Loopback.plain((socket) => socket.once('data', () => socket.write('<proceed/>'))));
    const transport = transportTo(server, 'STARTTLS', { tls: TLS }, options);
    const recorder = new Recorder();
    const controller = new AbortController();
    const upgrade = failure(upgraded(transport, recorder, controller.signal));
    await recorder.received('<proceed/>');
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await upgrade).toBe(reason);
    expect(await recorder.closed()).toBe(reason);
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
  });

  it('ends with the transport', async () => {
    const server = await keep(Loopback.plain((socket) => socket.once('data', () => socket.write('<proceed/>'))));
    const transport = transportTo(server, 'STARTTLS', { tls: TLS }, options);
    const recorder = new Recorder();
    const upgrade = failure(upgraded(transport, recorder));
    await recorder.received('<proceed/>');
    transport.end();
    expect(await upgrade).toMatchObject({ code: 'ERR_DISCONNECTED' });
    await recorder.closed();
    expect(recorder.closes).toEqual([undefined]);
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
  });
});

describe('STARTTLS where it is not possible', () => {
  it('is refused for a component, which has no TLS', async () => {
    const server = await keep(Loopback.plain());
    const transport = transportTo(server, 'STARTTLS', { kind: 'component' });
    await transport.connect(new Recorder(), never());
    expect(transport.canStartTls).toBe(false);
    expect(await failure(transport.startTls(never()))).toMatchObject({ code: 'ERR_CONFIG' });
    transport.destroy();
  });

  it('is refused without a connection', async () => {
    const transport = transportTo(await keep(Loopback.plain()), 'STARTTLS');
    expect(await failure(transport.startTls(never()))).toMatchObject({ code: 'ERR_DISCONNECTED' });
  });
});
