import type { TLSSocket, TlsOptions } from 'node:tls';
import { TlsError } from '@sestina/core';
import type { TransportTarget } from '@sestina/core/transport';
import { type Dial, TcpTransportFactory } from '@sestina/tcp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dialTcp } from '../src/dial.js';
import { Authority, daysFromNow, type Leaf } from './support/certificates.js';
import { secured, transportTo, type Way } from './support/connect.js';
import { FakeResolver, failure, Recorder, srv } from './support/fakes.js';
import { Loopback } from './support/servers.js';

const authority = new Authority();
const stranger = new Authority('Somebody else');
const GOOD: Leaf = { names: ['dns:example.org'] };
const servers: Loopback[] = [];

async function start(way: Way, options: TlsOptions, onSocket?: (socket: TLSSocket) => void): Promise<Loopback> {
  const server = await (way === 'STARTTLS' ? Loopback.startTls(options, onSocket) : Loopback.tls(options, onSocket));
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe.each(['direct TLS', 'STARTTLS'] as const)('certificates with %s (RFC 7590, RFC 9525)', (way) => {
  async function outcome(leaf: Leaf, target: Partial<TransportTarget> = {}, by = authority): Promise<Error | string> {
    const server = await start(way, by.issue(leaf));
    const transport = transportTo(server, way, { tls: { ca: authority.ca }, ...target });
    const recorder = new Recorder();
    try {
      await secured(transport, way, recorder);
      return transport.secure ? 'secure' : 'in the clear';
    } catch (error) {
      expect(transport.secure).toBe(false);
      return error as Error;
    } finally {
      transport.destroy();
    }
  }

  it.each<[string, Leaf, Partial<TransportTarget>]>([
    ['for the domain', GOOD, {}],
    ['for the domain among others', { names: ['dns:a.example', 'dns:example.org'] }, {}],
    ['with a wildcard for one level', { names: ['dns:*.example.org'] }, { domain: 'chat.example.org' }],
    ['with an SRV-ID only', { names: ['srv:_xmpp-client.example.org'] }, {}],
    ['with an XmppAddr only', { names: ['xmpp:example.org'] }, {}],
    ['for an internationalised domain', { names: ['dns:xn--mnchen-3ya.example'] }, { domain: 'münchen.example' }],
    ['with an internationalised XmppAddr', { names: ['xmpp:münchen.example'] }, { domain: 'xn--mnchen-3ya.example' }],
    ['for an address', { names: ['ip:127.0.0.1'] }, { domain: '127.0.0.1' }],
  ])('accepts one %s', async (_what, leaf, target) => {
    expect(await outcome(leaf, target)).toBe('secure');
  });

  it.each<[string, Leaf, string]>([
    ['that has expired', { ...GOOD, from: daysFromNow(-9), to: daysFromNow(-1) }, 'certificate-expired'],
    ['that is not valid yet', { ...GOOD, from: daysFromNow(1), to: daysFromNow(9) }, 'certificate-not-yet-valid'],
    ['for another name', { names: ['dns:evil.example'] }, 'certificate-name'],
    ['for an XmppAddr with a tab in it', { names: ['xmpp:exam\tple.org'] }, 'certificate-name'],
    ['with the name in the CN only', { cn: 'example.org' }, 'certificate-name'],
    [
      'with the name in the CN and another as DNS-ID',
      { cn: 'example.org', names: ['dns:evil.example'] },
      'certificate-name',
    ],
    ['for the host that was connected to', { names: ['ip:127.0.0.1', 'dns:localhost'] }, 'certificate-name'],
    ['that is signed by itself', { ...GOOD, selfSigned: true }, 'certificate-untrusted'],
  ])('refuses one %s', async (_what, leaf, reason) => {
    expect(await outcome(leaf)).toMatchObject({ code: 'ERR_TLS', reason, retryable: false, domain: 'example.org' });
  });

  it('refuses one with a wildcard two levels up', async () => {
    const result = await outcome({ names: ['dns:*.example.org'] }, { domain: 'a.b.example.org' });
    expect(result).toMatchObject({ reason: 'certificate-name' });
  });

  it('F16: refuses one of an authority that is not trusted, and says how to trust it', async () => {
    const error = (await outcome(GOOD, {}, stranger)) as Error;
    expect(error).toMatchObject({ reason: 'certificate-untrusted' });
    expect(error.message).toContain('tls: { ca }');
  });

  it('refuses one that was revoked', async () => {
    const tls = { ca: authority.ca, crl: authority.revoke(7) };
    expect(await outcome({ ...GOOD, serial: 7 }, { tls })).toMatchObject({ reason: 'certificate-revoked' });
    expect(await outcome({ ...GOOD, serial: 8 }, { tls })).toBe('secure');
  });

  it('accepts anything with rejectUnauthorized: false, and only with that', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    const wrong = { names: ['dns:evil.example'] };
    expect(await outcome(wrong, { tls: { rejectUnauthorized: false } })).toBe('secure');
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await outcome(wrong)).toBeInstanceOf(TlsError);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  it('asks a checkServerIdentity of the caller as well, not instead', async () => {
    const checkServerIdentity = (): Error => new Error('not the pinned key');
    const pinned = await outcome(GOOD, { tls: { ca: authority.ca, checkServerIdentity } });
    expect(pinned).toMatchObject({
      reason: 'certificate-untrusted',
      message: expect.stringContaining('not the pinned key'),
    });
    const lax = { ca: authority.ca, checkServerIdentity: () => undefined };
    expect(await outcome({ names: ['dns:evil.example'] }, { tls: lax })).toMatchObject({ reason: 'certificate-name' });
    const broken = {
      ca: authority.ca,
      checkServerIdentity: () => {
        throw new Error('oops');
      },
    };
    expect(await outcome(GOOD, { tls: broken })).toMatchObject({ reason: 'certificate-untrusted' });
  });

  it('sends the domain as SNI whatever the host, and none for an address', async () => {
    const seen: unknown[] = [];
    const server = await start(
      way,
      authority.issue({ names: ['dns:xn--mnchen-3ya.example', 'ip:127.0.0.1'] }),
      (socket) => {
        seen.push((socket as unknown as { servername: unknown }).servername);
      },
    );
    for (const domain of ['MÜNCHEN.example', '127.0.0.1']) {
      const transport = transportTo(server, way, { domain, tls: { ca: authority.ca } });
      const before = seen.length;
      await secured(transport, way);
      await expect.poll(() => seen.length).toBe(before + 1);
      transport.destroy();
    }
    expect(seen).toEqual(['xn--mnchen-3ya.example', false]);
  });

  it('offers ALPN xmpp-client with direct TLS only', async () => {
    const seen: unknown[] = [];
    const options = { ...authority.issue(GOOD), ALPNProtocols: ['xmpp-client'] };
    const server = await start(way, options, (socket) => void seen.push(socket.alpnProtocol));
    const transport = transportTo(server, way, { tls: { ca: authority.ca, ALPNProtocols: ['http/1.1'] } });
    await secured(transport, way);
    await expect.poll(() => seen.length).toBe(1);
    expect(seen).toEqual([way === 'STARTTLS' ? false : 'xmpp-client']);
    transport.destroy();
  });

  it('F16: refuses TLS 1.1', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    const server = await start(way, { ...authority.issue(GOOD), ...old });
    const transport = transportTo(server, way, { tls: { ca: authority.ca, ciphers: 'ALL:@SECLEVEL=0' } });
    expect(await failure(secured(transport, way))).toMatchObject({
      code: 'ERR_TLS',
      reason: 'protocol',
      retryable: false,
    });
  });

  it('F16: tells that the handshake was cut, which may work another time', async () => {
    const server = await (way === 'STARTTLS'
      ? Loopback.plain((socket) => socket.once('data', () => socket.end('<proceed/>')))
      : Loopback.plain((socket) => socket.once('data', () => socket.destroy())));
    servers.push(server);
    const error = await failure(secured(transportTo(server, way), way));
    expect(error).toMatchObject({ code: 'ERR_TLS', reason: 'interrupted', retryable: true });
  });

  it('F16: gives up a handshake that stalls', async () => {
    const server = await Loopback.plain((socket) =>
      socket.once('data', () => way === 'STARTTLS' && socket.write('<proceed/>')),
    );
    servers.push(server);
    const error = await failure(secured(transportTo(server, way, {}, { connectTimeout: 100 }), way));
    expect(error).toMatchObject({ code: 'ERR_TLS', reason: 'interrupted', retryable: true });
    expect(error.message).toContain('100 ms');
  });

  it('shows a client certificate', async () => {
    const client = authority.issue({ names: ['xmpp:alice@example.org'], cn: 'alice' });
    const seen: unknown[] = [];
    const options = { ...authority.issue(GOOD), ca: authority.ca, requestCert: true, rejectUnauthorized: true };
    const server = await start(way, options, (socket) => void seen.push(socket.getPeerCertificate().subject?.CN));
    const transport = transportTo(server, way, { tls: { ca: authority.ca, ...client } });
    await secured(transport, way);
    await expect.poll(() => seen).toEqual(['alice']);
    transport.destroy();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'tells that the server wants a client certificate (%s)',
    async (maxVersion) => {
      const options = { ...authority.issue(GOOD), ca: authority.ca, requestCert: true, rejectUnauthorized: true };
      const server = await start(way, { ...options, maxVersion });
      const transport = transportTo(server, way, { tls: { ca: authority.ca } });
      const recorder = new Recorder();
      // TLS 1.3: the client is done before the server has looked at its certificate.
      const outcome = secured(transport, way, recorder).then(() => recorder.closed());
      expect(await outcome.catch((error: unknown) => error)).toMatchObject({ code: 'ERR_TLS', reason: 'handshake' });
      transport.destroy();
    },
  );
});

describe('the name that TLS checks (T12, T13)', () => {
  let server: Loopback;
  let resolver: FakeResolver;
  const connect = (target: Partial<TransportTarget> = {}): Promise<void> => {
    const factory = new TcpTransportFactory({ resolver });
    const transport = factory.create({ domain: 'example.org', kind: 'client', tls: { ca: authority.ca }, ...target });
    return transport.connect(new Recorder(), new AbortController().signal).finally(() => transport.destroy());
  };
  const startWith = async (leaf: Leaf): Promise<void> => {
    server = await start('direct TLS', authority.issue(leaf));
    resolver = new FakeResolver(
      { '_xmpps-client._tcp.example.org': [srv('evil.example', server.port)] },
      { 'evil.example': ['127.0.0.1'] },
    );
  };

  it('is the domain, not the SRV target', async () => {
    await startWith({ names: ['dns:evil.example'] });
    expect(await failure(connect())).toMatchObject({ code: 'ERR_TLS', reason: 'certificate-name' });
  });

  it('is proved by the SRV target where it has a certificate for the domain', async () => {
    await startWith({ names: ['dns:example.org'] });
    await connect();
  });

  it('is the domain, not the host of an option or redirect', async () => {
    await startWith({ names: ['dns:evil.example'] });
    const service = `xmpps://evil.example:${server.port}`;
    expect(await failure(connect({ service }))).toMatchObject({ reason: 'certificate-name' });
  });
});

describe('several servers', () => {
  it('goes on to a server with a good certificate after one with a bad one', async () => {
    const bad = await start('direct TLS', authority.issue({ names: ['dns:evil.example'] }));
    const good = await start('direct TLS', authority.issue(GOOD));
    const resolver = new FakeResolver(
      { '_xmpps-client._tcp.example.org': [srv('a.example', bad.port, 1), srv('b.example', good.port, 2)] },
      { 'a.example': ['127.0.0.1'], 'b.example': ['127.0.0.1'] },
    );
    const transport = new TcpTransportFactory({ resolver }).create({
      domain: 'example.org',
      kind: 'client',
      tls: { ca: authority.ca },
    });
    await transport.connect(new Recorder(), new AbortController().signal);
    expect(transport.secure).toBe(true);
    expect(transport.canStartTls).toBe(false);
    transport.destroy();
  });

  it('says that another attempt may help where only one of them has a bad certificate', async () => {
    const bad = await start('direct TLS', authority.issue({ names: ['dns:evil.example'] }));
    const gone = await start('direct TLS', authority.issue(GOOD));
    const { port } = gone;
    await gone.close();
    servers.splice(servers.indexOf(gone), 1);
    const resolver = new FakeResolver(
      { '_xmpps-client._tcp.example.org': [srv('a.example', bad.port, 1), srv('b.example', port, 2)] },
      { 'a.example': ['127.0.0.1'], 'b.example': ['127.0.0.1'] },
    );
    const transport = new TcpTransportFactory({ resolver }).create({
      domain: 'example.org',
      kind: 'client',
      tls: { ca: authority.ca },
    });
    const error = await failure(transport.connect(new Recorder(), new AbortController().signal));
    expect(error).toMatchObject({ code: 'ERR_CONNECT', retryable: true });
    expect((error as unknown as { attempts: { error: unknown }[] }).attempts[0]?.error).toBeInstanceOf(TlsError);
  });

  it('reports the certificate of the one address that answers, and tries no address twice', async () => {
    const bad = await start('direct TLS', authority.issue({ names: ['dns:evil.example'] }));
    const resolver = new FakeResolver({}, { 'host.example': ['127.0.0.2', '127.0.0.1'] });
    const dialled: string[] = [];
    const dial: Dial = (host, port, signal) => {
      dialled.push(host);
      return dialTcp(host, port, signal);
    };
    const transport = new TcpTransportFactory({ resolver, dial }).create({
      domain: 'example.org',
      kind: 'client',
      service: `xmpps://host.example:${bad.port}`,
      tls: { ca: authority.ca },
    });
    const error = await failure(transport.connect(new Recorder(), new AbortController().signal));
    expect(error).toMatchObject({ reason: 'certificate-name' });
    expect(dialled).toEqual(['127.0.0.2', '127.0.0.1']);
  });

  it('tells that a port speaks no TLS', async () => {
    const server = await Loopback.plain((socket) => socket.write('<stream:stream>'));
    servers.push(server);
    const error = await failure(
      transportTo(server, 'direct TLS').connect(new Recorder(), new AbortController().signal),
    );
    expect(error).toMatchObject({ code: 'ERR_TLS', reason: 'protocol' });
    expect(error.message).toContain('does not speak TLS on this port');
  });
});

describe('TLS options that cannot work', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['another servername', { servername: 'evil.example' }, 'tls.servername'],
    ['TLS 1.1 as the least', { minVersion: 'TLSv1.1' }, 'tls.minVersion'],
    ['TLS 1 as the most', { maxVersion: 'TLSv1' }, 'tls.minVersion'],
    ['secureProtocol', { secureProtocol: 'TLSv1_method' }, 'tls.secureProtocol'],
    ['a pre-shared key', { pskCallback: () => null }, 'tls.pskCallback'],
    ['a key that is none', { key: 'nonsense', cert: 'nonsense' }, 'tls'],
  ])('refuses %s at once', (_what, tls, option) => {
    const create = (): unknown => new TcpTransportFactory().create({ domain: 'example.org', kind: 'client', tls });
    expect(create).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }));
  });

  it('takes the servername that it would use anyway', () => {
    const tls = { servername: 'Example.org' };
    expect(() => new TcpTransportFactory().create({ domain: 'example.org', kind: 'client', tls })).not.toThrow();
  });
});

describe('certificates of several kinds', () => {
  const authorities = new Map<string, Authority>();
  beforeAll(() => {
    for (const kind of ['ec-sha384', 'rsa-sha512', 'ed25519'] as const)
      authorities.set(kind, new Authority(kind, kind));
  });
  afterAll(() => authorities.clear());

  it.each(['ec-sha384', 'rsa-sha512', 'ed25519'] as const)('are accepted: %s', async (kind) => {
    const by = authorities.get(kind) as Authority;
    const server = await start('direct TLS', by.issue(GOOD));
    const transport = transportTo(server, 'direct TLS', { tls: { ca: by.ca } });
    await transport.connect(new Recorder(), new AbortController().signal);
    expect(transport.secure).toBe(true);
    transport.destroy();
  });
});
