import { ClientXMPP, Credentials } from '@sestina/client';
import { ConfigError, DnsError, type JID, provide, SilentLogger } from '@sestina/core';
import { childContainer } from '@sestina/core/connection';
import { TransportFactory } from '@sestina/core/transport';
import { PlainMechanism, SaslMechanism } from '@sestina/sasl';
import { Resolver } from '@sestina/tcp';
import { MemoryServer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { makeClient, rejection } from './support.js';

function refused(options: object, option: string): void {
  let error: unknown;
  try {
    makeClient(options);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigError);
  expect(error).toMatchObject({ code: 'ERR_CONFIG', option });
}

describe('options that cannot work', () => {
  it.each([
    ['nothing to log in with', { jid: 'alice@example.org', password: undefined }, 'password'],
    ['no account', { jid: 'example.org' }, 'jid'],
    ['a port out of range', { port: 65_536 }, 'port'],
    ['a port that is no number', { port: Number.NaN }, 'port'],
    ['a limit that is switched off', { limits: { maxDepth: 0 } }, 'limits.maxDepth'],
    ['a reconnect delay that is none', { reconnect: { base: -1 } }, 'reconnect.base'],
    ['a timeout that is none', { timeout: -1 }, 'timeout'],
    ['a name that there is not', { pasword: 'secret' }, 'pasword'],
    ['no address', { jid: undefined }, 'jid'],
    ['an empty password', { password: '' }, 'password'],
    ['a password that is no text', { password: 42 }, 'password'],
    ['a word for tls', { tls: 'insecure' }, 'tls'],
    ['no word on whether TLS is required', { tls: { required: 'no' } }, 'tls.required'],
    ['a word for a yes', { anonymous: 'yes' }, 'anonymous'],
    ['a word for whom to authorize', { autoAuthorize: 'yes' }, 'autoAuthorize'],
    ['a number for whom to authorize', { autoAuthorize: 1 }, 'autoAuthorize'],
    ['reconnecting as a yes', { reconnect: true }, 'reconnect'],
    ['keeping alive as a yes', { keepAlive: true }, 'keepAlive'],
    ['a number for limits', { limits: 5 }, 'limits'],
    ['null for limits', { limits: null }, 'limits'],
    ['a limit that there is not', { limits: { constructor: 5 } }, 'limits.constructor'],
    ['null for the queue', { queue: null }, 'queue'],
    ['a word for the queue', { queue: 'x' }, 'queue'],
    ['0 for the queue', { queue: 0 }, 'queue'],
    ['a bound of the queue that there is not', { queue: { maxStanza: 5 } }, 'queue.maxStanza'],
    ['a misspelled time of keeping alive', { keepAlive: { intervall: 3 } }, 'keepAlive.intervall'],
    ['a list for keeping alive', { keepAlive: [] }, 'keepAlive'],
    ['a part of reconnecting that there is not', { reconnect: { factor: 2 } }, 'reconnect.factor'],
    ['a word for reconnecting at first', { reconnect: { initial: 'no' } }, 'reconnect.initial'],
    ['a resource that is no text', { resource: 5 }, 'resource'],
    ['a resource that no address can have', { resource: 'a\u0000' }, 'resource'],
    ['an empty resource', { resource: '' }, 'resource'],
    ['a language that is none', { lang: 'a b' }, 'lang'],
    ['a number for the language', { lang: 5 }, 'lang'],
    ['a number for the logger', { logger: 5 }, 'logger'],
    ['a logger that logs nothing', { logger: {} }, 'logger'],
    ['a clock that tells no time', { clock: { now: Date.now } }, 'clock'],
    ['a function for randomness', { random: Math.random }, 'random'],
    ['a storage that stores nothing', { storage: new Set() }, 'storage'],
    ['a word for the tracer', { tracer: 'console' }, 'tracer'],
    ['a container that is none', { container: {} }, 'container'],
    ['credentials that are no function', { credentials: 'x' }, 'credentials'],
    ['a service of another kind', { service: 'foo://x', transports: undefined }, 'service'],
    ['a service that is no text', { service: 5 }, 'service'],
    ['a host that is no text', { host: 5 }, 'host'],
    ['a transport that is none', { transports: {} }, 'transports'],
    ['a transport among them that is none', { transports: ['tcp'] }, 'transports'],
    ['a mechanism that is only named', { mechanisms: ['PLAIN'] }, 'mechanisms'],
  ])('are refused: %s', (_, options, option) => refused(options, option));

  // What is read wrongly here is a policy that is not there, and nobody would notice.
  it.each([
    ['no object', 5, 'sasl'],
    ['null', null, 'sasl'],
    ['a list', ['SCRAM-SHA-256'], 'sasl'],
    ['a misspelled name', { minimun: 'SCRAM-SHA-1' }, 'sasl.minimun'],
    ['a name that there is not', { require: true }, 'sasl.require'],
    ['a word for channel binding that there is not', { channelBinding: 'required' }, 'sasl.channelBinding'],
    ['a yes for channel binding', { channelBinding: true }, 'sasl.channelBinding'],
    ['one mechanism where a list of them belongs', { only: 'SCRAM-SHA-1-PLUS' }, 'sasl.only'],
    ['mechanisms that are no names', { only: [new PlainMechanism()] }, 'sasl.only'],
    ['a number for the minimum', { minimum: 50 }, 'sasl.minimum'],
    ['a permission that cannot be given', { allowPlainWithoutTls: true }, 'sasl.allowPlainWithoutTls'],
  ])('are refused where they say how safe a login is: %s', (_, sasl, option) => refused({ sasl }, option));

  it('never show what may be a secret', () => {
    for (const name of ['password', 'credentials', 'tls']) {
      expect(() => makeClient({ [name]: ['hunter2'] } as object)).toThrow(/^(?!.*hunter2)/);
    }
    expect(() => makeClient({ credentials: 'hunter2' as never })).toThrow(/^(?!.*hunter2)/);
  });

  it('are refused: none at all', () => {
    expect(() => new ClientXMPP(undefined as never)).toThrow(ConfigError);
  });

  it('name the one that was meant', () => {
    expect(() => makeClient({ pasword: 'secret' } as object)).toThrow(
      'there is no option "pasword": did you mean "password"?',
    );
    expect(() => makeClient({ Reconect: false } as object)).toThrow('did you mean "reconnect"?');
  });

  it('may come in an object with more in it', () => {
    const account = { username: 'alice', id: 7, note: 'spread into the options' };
    expect(() => makeClient({ ...account } as object)).not.toThrow();
  });

  it('are refused: an address that is none', () => {
    expect(() => makeClient({ jid: '@@/' })).toThrow();
  });

  it('are refused at connect() where no transport reaches there', async () => {
    const client = makeClient({ transports: [] });
    expect(await rejection(client.connect())).toBeInstanceOf(ConfigError);
    expect(client.state).toBe('disconnected');
  });

  it('name the package that helps where no transport is given', async () => {
    const error = await rejection(makeClient({ transports: [] }).connect());
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('transports: new WebSocketTransportFactory() of @sestina/websocket');
  });
});

describe('options', () => {
  it('need no more than an address and a password', () => {
    const client = new ClientXMPP({ jid: 'alice@example.org', password: 'secret' });
    expect(client.state).toBe('disconnected');
    expect(client.requestedJid.toString()).toBe('alice@example.org');
  });

  it('may all be given', () => {
    const given = {
      limits: { maxDepth: 10 },
      queue: { maxStanzas: 1 },
      keepAlive: { interval: 3 },
      reconnect: { attempts: 2, initial: true },
      resource: 'Straße 5 / \u{1f600}',
      lang: 'zh-Hant-TW',
      // A plain object will do.
      logger: console,
      service: 'wss://example.org/ws',
      transports: { supports: () => true, create: () => undefined } as never,
      sasl: { only: ['PLAIN'], minimum: 'PLAIN', channelBinding: 'never', allowPlainWithoutTls: false },
    } as const;
    expect(() => makeClient(given)).not.toThrow();
    for (const service of ['xmpp://h', 'XMPPS://h:5223', 'wss://h/x', 'ws://localhost']) {
      expect(() => makeClient({ service, transports: undefined })).not.toThrow();
    }
  });

  it('take transports and mechanisms from a container', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const container = childContainer();
    provide(container, TransportFactory, server.transports);
    provide(container, SaslMechanism, new PlainMechanism());
    const client = new ClientXMPP({
      jid: 'alice@localhost/a',
      password: 'secret',
      container,
      logger: new SilentLogger(),
    });
    const used: string[] = [];
    client.on('authSuccess', ({ mechanism }) => used.push(mechanism));
    await client.connect();
    await client.dispose();
    expect(used).toEqual(['PLAIN']);
  });

  it('take credentials from a container, for each account its own', async () => {
    const server = new MemoryServer({ users: { alice: 'secret', bob: 'other' } });
    const asked: string[] = [];
    class Safe extends Credentials {
      of(account: JID): { password: string } {
        asked.push(String(account));
        return { password: account.local === 'bob' ? 'other' : 'secret' };
      }
    }
    const container = childContainer();
    provide(container, Credentials, new Safe());
    const common = { container, transports: server.transports, logger: new SilentLogger() };
    for (const jid of ['alice@localhost/a', 'bob@localhost/b']) {
      const client = new ClientXMPP({ jid, ...common });
      await client.connect();
      await client.dispose();
    }
    expect(asked).toEqual(['alice@localhost', 'bob@localhost']);
    // What is given to one client goes before.
    const given = new ClientXMPP({ jid: 'alice@localhost/a', password: 'wrong', ...common });
    expect(await rejection(given.connect())).toMatchObject({ reason: 'not-authorized' });
    expect(asked).toHaveLength(2);
  });

  it('take the look-up of names from a container', async () => {
    const asked: string[] = [];
    class Nowhere extends Resolver {
      async srv(name: string): Promise<never> {
        asked.push(name);
        throw new DnsError(name, 'ENOTFOUND', { retryable: false });
      }
      addresses(host: string): Promise<never> {
        return this.srv(host);
      }
    }
    const container = childContainer();
    provide(container, Resolver, new Nowhere());
    const client = makeClient({ container });
    expect(await rejection(client.connect())).toBeInstanceOf(DnsError);
    expect(asked).toContain('_xmpp-client._tcp.example.org');
  });
});
