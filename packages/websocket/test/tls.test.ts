import { createSecureContext } from 'node:tls';
import { ConfigError, TlsError } from '@sestina/core';
import { selfSignedCertificate } from '@sestina/testing/node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { transportTo } from './support/connect.js';
import { failure, never, Recorder } from './support/recorder.js';
import { LoopbackServer } from './support/server.js';

const good = selfSignedCertificate({ names: ['localhost'] });
const DAY = 86_400_000;
const servers: LoopbackServer[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(tls: { key: string; cert: string } = good): Promise<LoopbackServer> {
  const server = await LoopbackServer.start({ tls });
  servers.push(server);
  return server;
}

const connect = async (server: LoopbackServer, tls: Record<string, unknown>) => {
  const transport = transportTo(server, 'node', {}, { tls });
  await transport.connect(new Recorder(), never());
  return transport;
};

describe('wss', () => {
  it('is secure with a certificate that is good for the host of the address', async () => {
    const server = await start();
    const accepted = server.next();
    const transport = await connect(server, { ca: good.cert });
    expect([transport.secure, transport.canStartTls]).toEqual([true, false]);
    transport.write('<a/>');
    const peer = await accepted;
    await expect.poll(() => peer.frames).toEqual(['<a/>']);
    transport.destroy();
    expect(transport.secure).toBe(false);
  });

  const expired = selfSignedCertificate({
    names: ['localhost'],
    notBefore: new Date(Date.now() - 2 * DAY),
    notAfter: new Date(Date.now() - DAY),
  });
  const later = selfSignedCertificate({
    names: ['localhost'],
    notBefore: new Date(Date.now() + DAY),
    notAfter: new Date(Date.now() + 2 * DAY),
  });
  const other = selfSignedCertificate({ names: ['example.org'] });

  it.each([
    ['nobody vouches for it', good, undefined, 'certificate-untrusted'],
    ['it has expired', expired, expired.cert, 'certificate-expired'],
    ['it is not valid yet', later, later.cert, 'certificate-not-yet-valid'],
    ['it is for another host, were it the domain', other, other.cert, 'certificate-name'],
  ] as const)('is refused where %s', async (_what, pair, ca, reason) => {
    const server = await start(pair);
    const error = await failure(connect(server, { ca }));
    expect(error).toBeInstanceOf(TlsError);
    expect(error).toMatchObject({ code: 'ERR_TLS', reason, domain: 'localhost', retryable: false });
    expect(server.peers).toEqual([]);
  });

  it('is refused where the server speaks no TLS 1.2', async () => {
    const server = await start();
    const error = await failure(connect(server, { ca: good.cert, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }));
    expect(error.message).toMatch(/TLS|version/i);
  });

  it('is refused where there is no TLS', async () => {
    const server = await LoopbackServer.start();
    servers.push(server);
    const service = server.url.replace('ws:', 'wss:');
    const error = await failure(transportTo(server, 'node', {}, { service }).connect(new Recorder(), never()));
    expect(error).toMatchObject({ code: 'ERR_TLS', reason: 'protocol' });
  });

  it('does not listen to NODE_TLS_REJECT_UNAUTHORIZED', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const server = await start();
    expect(await failure(connect(server, {}))).toMatchObject({ reason: 'certificate-untrusted' });
  });

  it('asks checkServerIdentity as well, not instead', async () => {
    const hosts: string[] = [];
    const check = (host: string): undefined => void hosts.push(host);
    const transport = await connect(await start(), { ca: good.cert, checkServerIdentity: check });
    expect(hosts).toEqual(['localhost']);
    transport.destroy();
    const error = await failure(connect(await start(other), { ca: other.cert, checkServerIdentity: check }));
    expect(error).toMatchObject({ reason: 'certificate-name' });
    expect(hosts.length).toBe(1);
  });

  it.each([
    ['refuses', () => new Error('another key')],
    [
      'throws',
      () => {
        throw new Error('another key');
      },
    ],
  ])('is refused where checkServerIdentity %s', async (_what, checkServerIdentity) => {
    const server = await start();
    const error = await failure(connect(server, { ca: good.cert, checkServerIdentity }));
    expect(error).toMatchObject({ code: 'ERR_TLS', reason: 'certificate-untrusted', cause: new Error('another key') });
    await expect.poll(() => server.peers[0]?.closed).toBeDefined();
    expect(server.peers[0]?.frames).toEqual([]);
  });
});

describe('wss where the platform does not show the connection', () => {
  /** What Bun does: the answer to the upgrade has no socket. */
  function hideSockets(): void {
    const emit = WebSocket.prototype.emit;
    vi.spyOn(WebSocket.prototype, 'emit').mockImplementation(function (this: WebSocket, event, ...args: unknown[]) {
      const [response] = args as [{ headers?: object } | undefined];
      if (event !== 'upgrade') return emit.call(this, event, ...args);
      return emit.call(this, event, { headers: response?.headers, socket: null });
    });
  }

  it('stands, and carries what is written', async () => {
    hideSockets();
    const server = await start();
    const accepted = server.next();
    const transport = await connect(server, { ca: good.cert });
    expect(transport.secure).toBe(true);
    transport.write('<a/>');
    transport.write('<b/>');
    const peer = await accepted;
    await expect.poll(() => peer.frames).toEqual(['<a/>', '<b/>']);
    transport.destroy();
  });

  it.each([
    ['checkServerIdentity', () => undefined],
    ['secureContext', createSecureContext({ ca: good.cert })],
  ])('is refused with tls.%s, which could not be obeyed', async (name, value) => {
    hideSockets();
    const server = await start();
    const error = await failure(connect(server, { ca: good.cert, [name]: value }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ option: `tls.${name}`, retryable: false });
    await expect.poll(() => server.peers[0]?.closed).toBeDefined();
    expect(server.peers[0]?.frames).toEqual([]);
  });
});
