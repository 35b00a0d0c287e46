import {
  PlainMechanism,
  type SaslCredentials,
  type SaslEnvironment,
  type SaslExchange,
  type ScramHash,
  ScramKeyCache,
  ScramMechanism,
} from '@sestina/sasl';
import { PlainServer, type SaslServerResult, ScramServer, type ScramServerOptions } from '@sestina/sasl/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bytes, environment, random, rejection, text } from './support.js';

const accounts = new Map([
  ['alice', 'pencil'],
  ['a=b,c', 'p=a,s'],
  ['IX', 'I\u00adX'],
]);
const lookup = async (username: string) => {
  const password = accounts.get(username);
  return password === undefined ? undefined : { password };
};
const hashes: ScramHash[] = ['SHA-1', 'SHA-256', 'SHA-512'];
const alice = { username: 'alice', password: 'pencil' };

const server = (hash: ScramHash, changes: Partial<ScramServerOptions> = {}) =>
  new ScramServer({ hash, randomBytes: random, lookup, ...changes });

const client = (
  hash: ScramHash,
  credentials: SaslCredentials = alice,
  where: Partial<SaslEnvironment> = {},
  plus = false,
) => new ScramMechanism(hash, plus).start(credentials, environment(where));

async function login(exchange: SaslExchange, peer: ScramServer): Promise<SaslServerResult> {
  const first = await peer.respond((await exchange.initial()) ?? new Uint8Array());
  if (first.done) return first;
  const last = await peer.respond(await exchange.respond(first.data ?? new Uint8Array()));
  if (last.success) await exchange.success(last.data);
  return last;
}

describe.each(hashes)('client and server, SCRAM-%s', (hash) => {
  it('agree', async () => {
    const result = await login(client(hash), server(hash));
    expect(result).toMatchObject({ done: true, success: true, username: 'alice' });
  });

  it('agree on names and passwords with = and , in them', async () => {
    const result = await login(client(hash, { username: 'a=b,c', password: 'p=a,s' }), server(hash));
    expect(result).toMatchObject({ success: true, username: 'a=b,c' });
  });

  it('agree on names and passwords that SASLprep changes', async () => {
    const result = await login(client(hash, { username: '\u2168', password: '\u2168' }), server(hash));
    expect(result).toMatchObject({ success: true, username: 'IX' });
  });

  it('disagree on the password', async () => {
    const result = await login(client(hash, { ...alice, password: 'Pencil' }), server(hash));
    expect(result).toMatchObject({ done: true, success: false, username: 'alice' });
    expect(text(result.data)).toBe('e=invalid-proof');
  });

  it('disagree on the name, which shows only after the proof', async () => {
    const exchange = client(hash, { ...alice, username: 'nobody' });
    const peer = server(hash);
    const first = await peer.respond((await exchange.initial()) ?? new Uint8Array());
    expect(first.done).toBe(false);
    const last = await peer.respond(await exchange.respond(first.data ?? new Uint8Array()));
    expect(last).toMatchObject({ done: true, success: false });
  });

  it('bind the channel', async () => {
    const where = { channelBindingTypes: ['tls-exporter'] as const, offeredMechanisms: [`SCRAM-${hash}-PLUS`] };
    const peer = server(hash, { plus: true, channelBinding: async (type) => bytes(`data of ${type}`) });
    expect(await login(client(hash, alice, where, true), peer)).toMatchObject({ success: true });
  });

  it('notice another channel (T8: a man in the middle with a TLS session of his own)', async () => {
    const where = { channelBindingTypes: ['tls-exporter'] as const, offeredMechanisms: [`SCRAM-${hash}-PLUS`] };
    const peer = server(hash, { plus: true, channelBinding: async () => bytes('data of another session') });
    const result = await login(client(hash, alice, where, true), peer);
    expect(result.success).toBe(false);
    expect(text(result.data)).toBe('e=channel-bindings-dont-match');
  });
});

describe('client and server', () => {
  it('notice that the -PLUS mechanisms were taken away (T8, flag y)', async () => {
    const where = { channelBindingTypes: ['tls-exporter'] as const, offeredMechanisms: ['SCRAM-SHA-1'] };
    const peer = server('SHA-1', { channelBinding: async () => bytes('data') });
    const result = await login(client('SHA-1', alice, where), peer);
    expect(text(result.data)).toBe('e=server-does-support-channel-binding');
  });

  it('check the list of mechanisms (T6, XEP-0474)', async () => {
    const offered = { mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-256'], channelBindingTypes: ['tls-exporter'] };
    const received = {
      offeredMechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-1'],
      serverChannelBindingTypes: offered.channelBindingTypes,
    };
    expect(await login(client('SHA-1', alice, received), server('SHA-1', { offered }))).toMatchObject({
      success: true,
    });
    const forged = { ...received, offeredMechanisms: ['SCRAM-SHA-1'] };
    const error = await rejection(login(client('SHA-1', alice, forged), server('SHA-1', { offered })));
    expect(error).toMatchObject({ code: 'downgrade' });
  });

  it('notice a server that does not know the password', async () => {
    const impostor = server('SHA-256', { lookup: async () => ({ password: 'guess' }) });
    const exchange = client('SHA-256');
    const first = await impostor.respond((await exchange.initial()) ?? new Uint8Array());
    await exchange.respond(first.data ?? new Uint8Array());
    const forged = bytes(`v=${Buffer.alloc(32).toString('base64')}`);
    expect(await rejection(exchange.success(forged))).toMatchObject({ code: 'server-not-authenticated' });
  });

  it('pass the authzid on', async () => {
    const result = await login(client('SHA-1', { ...alice, authzid: 'bob,=@x' }), server('SHA-1'));
    expect(result).toMatchObject({ success: true, authzid: 'bob,=@x' });
  });
});

describe('the server', () => {
  it.each([
    '',
    'n,',
    'x,,n=alice,r=abc',
    'p=,,n=alice,r=abc',
    'n,b=x,n=alice,r=abc',
    'n,,r=abc,n=alice',
    'n,,m=x,n=alice,r=abc',
    'n,,n=al=ice,r=abc',
    'p=tls-exporter,,n=alice,r=abc',
  ])('refuses the first message %j', async (message) => {
    expect(await server('SHA-1').respond(bytes(message))).toMatchObject({ done: true, success: false });
  });

  it.each([
    ['an empty one', '', 'other-error'],
    ['one without proof', 'c=biws,r=NONCE', 'other-error'],
    ['another nonce', 'c=biws,r=other,p=AAAA', 'other-error'],
    ['another flag than at first', 'c=eSws,r=NONCE,p=AAAA', 'channel-bindings-dont-match'],
    ['another proof', 'c=biws,r=NONCE,p=AAAA', 'invalid-proof'],
  ])('refuses as last message %s, and all that follows', async (_name, template, reason) => {
    const exchange = client('SHA-1');
    const peer = server('SHA-1');
    const first = await peer.respond((await exchange.initial()) ?? new Uint8Array());
    const final = await exchange.respond(first.data ?? new Uint8Array());
    const nonce = text(final).split('r=')[1]?.split(',')[0] ?? '';
    const result = await peer.respond(bytes(template.replace('NONCE', nonce)));
    expect(result).toMatchObject({ done: true, success: false });
    expect(text(result.data)).toBe(`e=${reason}`);
    expect(await peer.respond(final)).toMatchObject({ done: true, success: false });
  });

  it('takes PLAIN', async () => {
    const message = async (credentials: SaslCredentials) =>
      (await new PlainMechanism().start(credentials, environment()).initial()) ?? new Uint8Array();
    const plain = () => new PlainServer({ lookup });
    expect(await plain().respond(await message(alice))).toMatchObject({ done: true, success: true, username: 'alice' });
    expect(await plain().respond(await message({ ...alice, authzid: 'bob' }))).toMatchObject({ authzid: 'bob' });
    expect(await plain().respond(await message({ ...alice, password: 'x' }))).toMatchObject({ success: false });
    expect(await plain().respond(await message({ ...alice, username: 'x' }))).toMatchObject({ success: false });
    expect(await plain().respond(bytes('alice\0pencil'))).toMatchObject({ done: true, success: false });
    expect(await plain().respond(Uint8Array.of(0xff))).toMatchObject({ done: true, success: false });
  });
});

describe('without WebCrypto', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each(hashes)('SCRAM-%s works all the same', async (hash) => {
    vi.stubGlobal('crypto', undefined);
    expect(await login(client(hash), server(hash))).toMatchObject({ success: true });
  });
});

describe('the key cache', () => {
  const fixed = { lookup: async () => ({ password: 'pencil', salt: new Uint8Array(16).fill(7) }) };
  const derivations = async (exchange: SaslExchange, peer: ScramServer): Promise<number> => {
    const first = await peer.respond((await exchange.initial()) ?? new Uint8Array());
    const derive = vi.spyOn(globalThis.crypto.subtle, 'deriveBits');
    try {
      const last = await exchange.respond(first.data ?? new Uint8Array());
      const count = derive.mock.calls.length;
      const result = await peer.respond(last);
      if (result.success) await exchange.success(result.data);
      return count;
    } finally {
      derive.mockRestore();
    }
  };

  it('saves the derivation from the second login on', async () => {
    const where = { scramKeyCache: new ScramKeyCache() };
    expect(await derivations(client('SHA-1', alice, where), server('SHA-1', fixed))).toBe(1);
    expect(await derivations(client('SHA-1', alice, where), server('SHA-1', fixed))).toBe(0);
    where.scramKeyCache.clear();
    expect(await derivations(client('SHA-1', alice, where), server('SHA-1', fixed))).toBe(1);
  });

  it.each<[string, ScramHash, SaslCredentials, Partial<ScramServerOptions>]>([
    ['hash', 'SHA-256', alice, fixed],
    ['password', 'SHA-1', { ...alice, password: 'other' }, fixed],
    ['iteration count', 'SHA-1', alice, { ...fixed, iterations: 5000 }],
    ['salt', 'SHA-1', alice, { lookup: async () => ({ password: 'pencil', salt: new Uint8Array(16).fill(8) }) }],
  ])('derives anew for another %s', async (_what, hash, credentials, options) => {
    const where = { scramKeyCache: new ScramKeyCache() };
    await derivations(client('SHA-1', alice, where), server('SHA-1', fixed));
    expect(await derivations(client(hash, credentials, where), server(hash, options))).toBe(1);
  });

  it('keeps nothing of a login that failed', async () => {
    const where = { scramKeyCache: new ScramKeyCache() };
    const wrong = { ...alice, password: 'wrong' };
    await derivations(client('SHA-1', wrong, where), server('SHA-1', fixed));
    expect(await derivations(client('SHA-1', wrong, where), server('SHA-1', fixed))).toBe(1);
  });

  it('drops the account not used for longest', async () => {
    const where = { scramKeyCache: new ScramKeyCache(2) };
    const withSalt = (salt: number) =>
      derivations(
        client('SHA-1', alice, where),
        server('SHA-1', { lookup: async () => ({ password: 'pencil', salt: new Uint8Array(16).fill(salt) }) }),
      );
    await withSalt(1);
    await withSalt(2);
    expect(await withSalt(1)).toBe(0);
    await withSalt(3);
    expect(await withSalt(1)).toBe(0);
    expect(await withSalt(2)).toBe(1);
  });

  it.each([0, -1, Number.NaN, 1.5])('has no capacity of %s', (capacity) => {
    expect(() => new ScramKeyCache(capacity)).toThrow(RangeError);
  });
});
