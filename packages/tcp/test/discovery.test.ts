import { type Duplex, PassThrough } from 'node:stream';
import { ConnectError, DnsError } from '@sestina/core';
import type { TransportTarget } from '@sestina/core/transport';
import { TcpTransportFactory } from '@sestina/tcp';
import { describe, expect, it } from 'vitest';
import { dnsFailure, FakeResolver, failure, Recorder, srv } from './support/fakes.js';
import { ManualClock } from './support/manual-clock.js';
import { SequenceRandom } from './support/sequence-random.js';

const CLIENT = '_xmpp-client._tcp.example.org';
const DIRECT = '_xmpps-client._tcp.example.org';
const TARGET: TransportTarget = { domain: 'example.org', kind: 'client' };
const refusal = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** Connects with a dial that refuses all but `open`, and tells what was dialled. */
async function attempt(resolver: FakeResolver, target: Partial<TransportTarget> = {}, open: string[] = []) {
  const clock = new ManualClock();
  const dialled: string[] = [];
  const dial = async (host: string, port: number): Promise<Duplex> => {
    dialled.push(`${host} ${port}`);
    if (!open.includes(host)) throw refusal();
    return new PassThrough();
  };
  const factory = new TcpTransportFactory({ resolver, clock, dial, random: new SequenceRandom([0]) });
  const transport = factory.create({ ...TARGET, ...target });
  let error: Error | undefined;
  let over = false;
  const connecting = transport.connect(new Recorder(), new AbortController().signal).then(
    () => (over = true),
    (reason: Error) => {
      over = true;
      error = reason;
    },
  );
  for (let second = 0; second < 70 && !over; second++) await clock.advance(1_000);
  await connecting;
  transport.destroy();
  await clock.advance(0);
  return { dialled, error, asked: resolver.asked, timers: clock.pending };
}

describe('where a domain is (RFC 6120 §3.2, XEP-0368)', () => {
  it('asks for both kinds of SRV record and tries all targets by priority', async () => {
    const resolver = new FakeResolver(
      {
        [CLIENT]: [srv('b.example', 5222, 2), srv('d.example', 5222, 4)],
        [DIRECT]: [srv('a.example', 443, 1), srv('c.example', 5223, 3)],
      },
      {
        'a.example': ['192.0.2.1'],
        'b.example': ['192.0.2.2'],
        'c.example': ['192.0.2.3'],
        'd.example': ['192.0.2.4'],
      },
    );
    const { dialled, error, timers } = await attempt(resolver);
    expect(dialled).toEqual(['192.0.2.1 443', '192.0.2.2 5222', '192.0.2.3 5223', '192.0.2.4 5222']);
    expect(error).toBeInstanceOf(ConnectError);
    expect((error as ConnectError).attempts).toHaveLength(4);
    expect(timers).toBe(0);
  });

  it('does not fall back to the domain where SRV targets cannot be reached', async () => {
    const resolver = new FakeResolver(
      { [CLIENT]: [srv('a.example')] },
      { 'a.example': ['192.0.2.1'], 'example.org': ['192.0.2.9'] },
    );
    expect((await attempt(resolver, {}, ['192.0.2.9'])).dialled).toEqual(['192.0.2.1 5222']);
  });

  it('goes to port 5222 of the domain where there is no SRV record', async () => {
    const resolver = new FakeResolver({}, { 'example.org': ['192.0.2.9'] });
    const { dialled, error } = await attempt(resolver, {}, ['192.0.2.9']);
    expect(dialled).toEqual(['192.0.2.9 5222']);
    expect(error).toBeUndefined();
  });

  it.each([
    ['SERVFAIL', dnsFailure(CLIENT, 'ESERVFAIL')],
    ['REFUSED', dnsFailure(CLIENT, 'EREFUSED')],
    ['no answer', 'silence' as const],
  ])('goes to port 5222 of the domain where SRV gives %s', async (_what, answer) => {
    const resolver = new FakeResolver({ [CLIENT]: answer, [DIRECT]: answer }, { 'example.org': ['192.0.2.9'] });
    expect((await attempt(resolver, {}, ['192.0.2.9'])).error).toBeUndefined();
  });

  it('F15: uses one kind of SRV record where the other gives SERVFAIL', async () => {
    const resolver = new FakeResolver(
      { [CLIENT]: [srv('a.example')], [DIRECT]: dnsFailure(DIRECT, 'ESERVFAIL') },
      { 'a.example': ['192.0.2.1'], 'example.org': ['192.0.2.9'] },
    );
    expect((await attempt(resolver, {}, ['192.0.2.1'])).dialled).toEqual(['192.0.2.1 5222']);
  });

  it.each(['.', ''])('F15: connects nowhere where the SRV target is %j', async (name) => {
    const resolver = new FakeResolver({ [CLIENT]: [srv(name)] }, { 'example.org': ['192.0.2.9'] });
    const { dialled, error } = await attempt(resolver, {}, ['192.0.2.9']);
    expect(dialled).toEqual([]);
    expect(error).toMatchObject({ code: 'ERR_DNS', dnsCode: 'ENOSERVICE', retryable: false });
  });

  it('uses STARTTLS targets beside a direct TLS target of "."', async () => {
    const resolver = new FakeResolver(
      { [CLIENT]: [srv('a.example')], [DIRECT]: [srv('.')] },
      { 'a.example': ['192.0.2.1'] },
    );
    expect((await attempt(resolver, {}, ['192.0.2.1'])).error).toBeUndefined();
  });

  it('does not fall back where the only SRV record says that there is no direct TLS (XEP-0368 §5)', async () => {
    const resolver = new FakeResolver({ [DIRECT]: [srv('.')] }, { 'example.org': ['192.0.2.9'] });
    expect((await attempt(resolver, {}, ['192.0.2.9'])).dialled).toEqual([]);
  });

  it('F15: tries 16 of 30 targets', async () => {
    const targets = Array.from({ length: 30 }, (_, index) => srv(`t${index}.example`, 5222, index));
    const hosts = Object.fromEntries(targets.map(({ name }, index) => [name, [`192.0.2.${index}`]]));
    const { dialled } = await attempt(new FakeResolver({ [CLIENT]: targets }, hosts));
    expect(dialled).toHaveLength(16);
    expect(dialled.at(-1)).toBe('192.0.2.15 5222');
  });

  it('F15: goes on to the next target where one has no address, and where looking it up hangs', async () => {
    const resolver = new FakeResolver(
      { [CLIENT]: [srv('gone.example', 5222, 1), srv('hangs.example', 5222, 2), srv('good.example', 5222, 3)] },
      { 'hangs.example': 'silence', 'good.example': ['2001:db8::1'] },
    );
    expect((await attempt(resolver, {}, ['2001:db8::1'])).error).toBeUndefined();
  });

  it('says that a host that does not exist is nothing to try again', async () => {
    const { error } = await attempt(new FakeResolver());
    expect(error).toBeInstanceOf(DnsError);
    expect(error).toMatchObject({ dnsCode: 'ENOTFOUND', retryable: false, host: 'example.org' });
  });

  it.each([
    ['SERVFAIL', dnsFailure('example.org', 'ESERVFAIL'), 'ESERVFAIL'],
    ['no answer', 'silence' as const, 'ETIMEOUT'],
  ])('says that %s for the address is worth another try', async (_what, answer, dnsCode) => {
    const { error, timers } = await attempt(new FakeResolver({}, { 'example.org': answer }));
    expect(error).toMatchObject({ code: 'ERR_DNS', dnsCode, retryable: true });
    expect(timers).toBe(0);
  });

  it('reports what a resolver throws as a DnsError, even in the call itself', async () => {
    const resolver = new FakeResolver();
    resolver.addresses = () => {
      throw Object.assign(new Error('queryA EBADRESP'), { code: 'EBADRESP' });
    };
    expect((await attempt(resolver)).error).toMatchObject({ code: 'ERR_DNS', dnsCode: 'EBADRESP', retryable: true });
  });

  it('asks for the A-labels of an internationalised domain', async () => {
    const resolver = new FakeResolver();
    await attempt(resolver, { domain: 'MÜNCHEN.example' });
    expect(resolver.asked).toContain('_xmpp-client._tcp.xn--mnchen-3ya.example');
  });

  it.each(['127.0.0.1', '[::1]', 'localhost', 'chat.localhost'])('asks for no SRV record of %s', async (domain) => {
    const resolver = new FakeResolver();
    await attempt(resolver, { domain });
    expect(resolver.asked.filter((name) => name.startsWith('_'))).toEqual([]);
  });
});

describe('where the target says to connect', () => {
  const hosts = { 'relay.example': ['192.0.2.7'], 'example.org': ['192.0.2.9'] };

  it.each([
    ['a host', { host: 'relay.example' }, '192.0.2.7 5222'],
    ['a host and port', { host: 'relay.example', port: 15_222 }, '192.0.2.7 15222'],
    ['a port', { port: 15_222 }, '192.0.2.9 15222'],
    ['an IPv6 address', { host: '[2001:db8::1]' }, '2001:db8::1 5222'],
    ['a service with STARTTLS', { service: 'xmpp://relay.example' }, '192.0.2.7 5222'],
    ['a service with direct TLS', { service: 'xmpps://relay.example' }, '192.0.2.7 5223'],
    ['a service with a port', { service: 'XMPPS://[2001:db8::1]:443' }, '2001:db8::1 443'],
    ['a component', { kind: 'component' as const, host: 'relay.example', port: 5275 }, '192.0.2.7 5275'],
    ['a component without more', { kind: 'component' as const }, '192.0.2.9 5347'],
  ])('goes to %s and asks for no SRV record', async (_what, target, expected) => {
    const { dialled, asked } = await attempt(new FakeResolver({}, hosts), target);
    expect(dialled).toEqual([expected]);
    expect(asked.filter((name) => name.startsWith('_'))).toEqual([]);
  });

  it('tells every attempt in words', async () => {
    const { error } = await attempt(new FakeResolver({}, { 'example.org': ['127.0.0.1', '::1'] }));
    expect(error?.message).toBe(
      'could not connect to example.org: 127.0.0.1:5222 connection refused; [::1]:5222 connection refused; is the server running?',
    );
  });

  it.each([
    ['xmpp:alice@example.org', 'service'],
    ['xmpps://', 'service'],
    ['xmpps://host:99999', 'service'],
    ['xmpps://a@b', 'service'],
  ])('refuses the service %s', (service, option) => {
    const factory = new TcpTransportFactory();
    expect(() => factory.create({ ...TARGET, service })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option }),
    );
  });

  it.each([0, -1, 65_536, 1.5, Number.NaN])('refuses port %s', (port) => {
    const factory = new TcpTransportFactory();
    expect(() => factory.create({ ...TARGET, port })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'port' }),
    );
  });

  it.each(['a b', 'a/b', 'ex%41mple.org', '', 'a..b', 'x'.repeat(64), 'ü/../evil.example'])(
    'refuses the domain %j',
    (domain) => {
      const factory = new TcpTransportFactory();
      expect(() => factory.create({ domain, kind: 'client' })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    },
  );

  it.each(['connectTimeout', 'totalTimeout'])('refuses a %s of 0, -1, NaN, Infinity and text', (option) => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5' as unknown as number]) {
      expect(() => new TcpTransportFactory({ [option]: value })).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG', option }),
      );
    }
  });

  it('leaves other services to other transports', () => {
    const factory = new TcpTransportFactory();
    const supported = [undefined, 'xmpp://a', 'xmpps://a', 'wss://a/ws', 'https://a'].map((service) =>
      factory.supports({ ...TARGET, service }),
    );
    expect(supported).toEqual([true, true, true, false, false]);
  });

  it('is used once', async () => {
    const transport = new TcpTransportFactory({ resolver: new FakeResolver() }).create(TARGET);
    await failure(transport.connect(new Recorder(), new AbortController().signal));
    expect(await failure(transport.connect(new Recorder(), new AbortController().signal))).toMatchObject({
      code: 'ERR_CONFIG',
    });
  });
});

describe('where a redirect leads', () => {
  it('is asked of DNS where it names no port, while the domain stays the one to be proven (RFC 6120 §4.9.3.19)', async () => {
    const resolver = new FakeResolver(
      { '_xmpp-client._tcp.other.example': [srv('n1.other.example', 5269)] },
      { 'n1.other.example': ['192.0.2.7'], 'other.example': ['192.0.2.8'] },
    );
    const { dialled, asked, error } = await attempt(resolver, { dnsName: 'other.example' });
    expect(dialled).toEqual(['192.0.2.7 5269']);
    expect(asked.join()).not.toContain('example.org');
    expect((error as ConnectError).domain).toBe('example.org');
  });

  it('is port 5222 of the name where that has no records', async () => {
    const resolver = new FakeResolver({}, { 'other.example': ['192.0.2.8'] });
    expect((await attempt(resolver, { dnsName: 'other.example' })).dialled).toEqual(['192.0.2.8 5222']);
    expect((await attempt(new FakeResolver({}, {}), { dnsName: '2001:db8::1' })).dialled).toEqual(['2001:db8::1 5222']);
  });

  const LOCAL = ['127.0.0.1', '127.3.4.5', '0.0.0.0', '169.254.169.254'];
  const LOCAL6 = ['::1', '::', 'fe80::1', 'febf::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:169.254.1.1'];

  it.each([...LOCAL, ...LOCAL6])('is not this machine or its link, whatever a name stands for: %s', async (address) => {
    const resolver = new FakeResolver({}, { 'inside.example': [address, '192.0.2.9'] });
    const { dialled, error } = await attempt(resolver, { host: 'inside.example', port: 22, elsewhere: true });
    expect(dialled).toEqual(['192.0.2.9 22']);
    expect((error as ConnectError).attempts.find((one) => one.address === address)?.error.message).toContain(
      'an address of this machine',
    );
    const only = await attempt(new FakeResolver({}, { 'inside.example': [address] }), {
      host: 'inside.example',
      port: 22,
      elsewhere: true,
    });
    expect(only.dialled).toEqual([]);
    expect(only.error).toBeInstanceOf(ConnectError);
    expect(only.timers).toBe(0);
  });

  it('is anywhere for who was not redirected', async () => {
    const resolver = new FakeResolver({}, { 'inside.example': ['127.0.0.1'] });
    expect((await attempt(resolver, { host: 'inside.example', port: 22 })).dialled).toEqual(['127.0.0.1 22']);
  });
});

describe('an IPv6 address with a zone', () => {
  it('is dialled as sockets want it, by the case in which the zone is written', async () => {
    const none = new FakeResolver({}, {});
    expect((await attempt(none, { domain: '[fe80::1%25eth0]' })).dialled).toEqual(['fe80::1%eth0 5222']);
    expect((await attempt(none, { domain: '[FE80::1%25Ethernet]' })).dialled).toEqual(['fe80::1%Ethernet 5222']);
    expect((await attempt(none, { service: 'xmpp://[fe80::1%25eth0]:5269' })).dialled).toEqual(['fe80::1%eth0 5269']);
    expect((await attempt(none, { host: 'fe80::1%eth0' })).dialled).toEqual(['fe80::1%eth0 5222']);
  });
});
