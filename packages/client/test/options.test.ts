import { type ClientOptions, ClientXMPP } from '@sestina/client';
import { ConfigError, childContainer, SilentLogger, TransportFactory } from '@sestina/core';
import { PlainMechanism, SaslMechanism } from '@sestina/sasl';
import { MemoryServer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { makeClient, rejection } from './support.js';

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
    ['a word for tls that there is not', { tls: 'insecure' }, 'tls'],
    ['a word for a yes', { anonymous: 'yes' }, 'anonymous'],
    ['a word for whom to authorize', { autoAuthorize: 'yes' }, 'autoAuthorize'],
    ['a number for whom to authorize', { autoAuthorize: 1 }, 'autoAuthorize'],
    ['reconnecting as a yes', { reconnect: true }, 'reconnect'],
    ['keeping alive as a yes', { keepAlive: true }, 'keepAlive'],
  ])('are refused: %s', (_, options, option) => {
    let error: unknown;
    try {
      makeClient(options as Partial<ClientOptions>);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ code: 'ERR_CONFIG', option });
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

  it('never show the password', () => {
    expect(() => makeClient({ password: ['hunter2'] as never })).toThrow(/^(?!.*hunter2)/);
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

  it('take transports and mechanisms from a container', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const container = childContainer();
    container.registerInstance(TransportFactory as never, server.transports);
    container.registerInstance(SaslMechanism as never, new PlainMechanism());
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
});
