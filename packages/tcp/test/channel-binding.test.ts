import { createHash, X509Certificate } from 'node:crypto';
import type { SecureVersion, TLSSocket } from 'node:tls';
import type { ChannelBindingType } from '@sestina/core/transport';
import { afterEach, describe, expect, it } from 'vitest';
import { channelBindings } from '../src/channel-binding.js';
import { Authority, type KeyKind } from './support/certificates.js';
import { never, secured, transportTo, type Way } from './support/connect.js';
import { Recorder } from './support/fakes.js';
import { Loopback } from './support/servers.js';

const servers: Loopback[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function bothEnds(way: Way, version: SecureVersion, kind: KeyKind = 'ec') {
  const authority = new Authority('Test authority', kind);
  const pair = authority.issue({ names: ['dns:example.org'] });
  const options = { ...pair, minVersion: version, maxVersion: version };
  let accepted: (socket: TLSSocket) => void = () => {};
  const acceptance = new Promise<TLSSocket>((resolve) => {
    accepted = resolve;
  });
  const server = await (way === 'STARTTLS' ? Loopback.startTls(options, accepted) : Loopback.tls(options, accepted));
  servers.push(server);
  const transport = transportTo(server, way, { tls: { ca: authority.ca } });
  await secured(transport, way);
  const certificate = new X509Certificate(pair.cert).raw;
  return { transport, peer: await acceptance, certificate };
}

const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex');
const hashOf = (name: string, bytes: Uint8Array): string => createHash(name).update(bytes).digest('hex');

describe.each(['direct TLS', 'STARTTLS'] as const)('channel binding data with %s', (way) => {
  it('is the same on both ends with TLS 1.3 (RFC 9266)', async () => {
    const { transport, peer, certificate } = await bothEnds(way, 'TLSv1.3');
    expect(transport.channelBindingTypes).toEqual(['tls-exporter', 'tls-server-end-point']);
    expect(transport.tlsVersion).toBe('TLSv1.3');
    const exported = peer.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    expect(hex(await transport.channelBinding('tls-exporter'))).toBe(hex(exported));
    expect(hex(await transport.channelBinding('tls-server-end-point'))).toBe(hashOf('sha256', certificate));
    expect(await transport.channelBinding('tls-unique')).toBeUndefined();
    transport.destroy();
  });

  it('is the same on both ends with TLS 1.2 (RFC 5929)', async () => {
    const { transport, peer, certificate } = await bothEnds(way, 'TLSv1.2');
    expect(transport.channelBindingTypes).toEqual(['tls-unique', 'tls-server-end-point']);
    expect(transport.tlsVersion).toBe('TLSv1.2');
    expect(hex(await transport.channelBinding('tls-unique'))).toBe(hex(peer.getPeerFinished()));
    expect(hex(await transport.channelBinding('tls-server-end-point'))).toBe(hashOf('sha256', certificate));
    expect(await transport.channelBinding('tls-exporter')).toBeUndefined();
    transport.destroy();
  });

  it('differs between two connections', async () => {
    const [first, second] = [await bothEnds(way, 'TLSv1.3'), await bothEnds(way, 'TLSv1.3')];
    const data = [
      await first.transport.channelBinding('tls-exporter'),
      await second.transport.channelBinding('tls-exporter'),
    ];
    expect(hex(data[0])).not.toBe(hex(data[1]));
    for (const { transport } of [first, second]) transport.destroy();
  });
});

describe('tls-server-end-point (RFC 5929 §4.1)', () => {
  it.each([
    ['ec-sha384', 'sha384'],
    ['rsa-sha512', 'sha512'],
  ] as const)('takes the hash of a certificate signed with %s', async (kind, hash) => {
    const { transport, certificate } = await bothEnds('direct TLS', 'TLSv1.3', kind);
    expect(hex(await transport.channelBinding('tls-server-end-point'))).toBe(hashOf(hash, certificate));
    transport.destroy();
  });

  it('is not offered for Ed25519, which has no hash of its own', async () => {
    const { transport } = await bothEnds('direct TLS', 'TLSv1.3', 'ed25519');
    expect(transport.channelBindingTypes).toEqual(['tls-exporter']);
    transport.destroy();
  });
});

describe('without TLS', () => {
  it('there is no channel binding data', async () => {
    const server = await Loopback.plain();
    servers.push(server);
    const transport = transportTo(server, 'STARTTLS');
    await transport.connect(new Recorder(), never());
    expect(transport.channelBindingTypes).toEqual([]);
    expect(transport.tlsVersion).toBeUndefined();
    for (const type of ['tls-exporter', 'tls-unique', 'tls-server-end-point'] satisfies ChannelBindingType[]) {
      expect(await transport.channelBinding(type)).toBeUndefined();
    }
    transport.destroy();
  });
});

describe('channel binding data on a platform that cannot tell it', () => {
  const unable = (): never => {
    throw new Error('not implemented');
  };
  const getProtocol = (): string => 'TLSv1.3';
  const finished = Buffer.from('finished');

  it.each([
    ['has no function for it', { getProtocol }],
    ['throws', { getProtocol, exportKeyingMaterial: unable, getPeerX509Certificate: unable }],
    ['does not know the version of TLS', { getProtocol: unable, getFinished: () => finished }],
    ['does not know whether the session was resumed', { getProtocol: () => 'TLSv1.2', getFinished: () => finished }],
    ['has nothing at all', {}],
  ])('is left out where it %s', (_what, socket) => {
    expect([...channelBindings(socket).keys()]).toEqual([]);
  });

  it('is there as far as it can be told', () => {
    const { cert } = new Authority('Test authority').issue({ names: ['dns:example.org'] });
    const socket = { getProtocol, getPeerX509Certificate: () => new X509Certificate(cert) };
    expect([...channelBindings(socket).keys()]).toEqual(['tls-server-end-point']);
  });
});
