import type { ClientXMPP } from '@sestina/client';
import { DisconnectedError } from '@sestina/core';
import type { StepOutcome } from '@sestina/core/connection';
import { FaultyTransportFactory, MemoryServer, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { BIND, header, makeClient, mechanisms, PlayedServer, rejection, STARTTLS } from './support.js';

function world() {
  const clock = new VirtualClock();
  const server = new MemoryServer({ users: { alice: 'secret', bob: 'secret' }, mechanisms: ['PLAIN'], clock });
  const client = (options: object = {}): ClientXMPP =>
    makeClient({ jid: 'alice@localhost/a', transports: server.transports, clock, reconnect: {}, ...options });
  return { clock, server, client };
}

describe('connect()', () => {
  it('F27: called twice makes one connection', async () => {
    const { clock, server, client: make } = world();
    const client = make();
    const both = Promise.all([client.connect(), client.connect()]);
    await clock.runUntilIdle();
    await both;
    await client.connect();
    expect(server.sessions).toHaveLength(1);
    await client.disconnect();
  });

  it('called twice rejects twice', async () => {
    const { clock, client: make } = world();
    const client = make({ password: 'wrong' });
    const both = [rejection(client.connect()), rejection(client.connect())];
    await clock.runUntilIdle();
    for (const failed of both) expect(await failed).toMatchObject({ reason: 'not-authorized' });
  });

  it('works again after it failed', async () => {
    const { clock, server, client: make } = world();
    const client = make({ password: 'wrong' });
    const failed = rejection(client.connect());
    await clock.runUntilIdle();
    expect(await failed).toMatchObject({ reason: 'not-authorized' });
    expect(client.state).toBe('disconnected');
    client.password = 'secret';
    const connected = client.connect();
    await clock.runUntilIdle();
    await connected;
    expect(client.online).toBe(true);
    expect(server.sessions.map(({ username }) => username)).toEqual(['alice']);
    await client.disconnect();
  });

  it('works again after disconnect()', async () => {
    const { clock, server, client: make } = world();
    const client = make();
    for (let i = 0; i < 3; i++) {
      const connected = client.connect();
      await clock.runUntilIdle();
      await connected;
      expect(server.sessions).toHaveLength(1);
      await client.disconnect();
      await clock.runUntilIdle();
      expect(server.sessions).toHaveLength(0);
    }
    expect(clock.pending).toEqual([]);
  });

  it('can be given up by a signal', async () => {
    const clock = new VirtualClock();
    const server = new PlayedServer({ clock });
    const client = server.client({ clock });
    const controller = new AbortController();
    const failed = rejection(client.connect({ signal: controller.signal }));
    await server.next();
    const reason = new RangeError('enough');
    controller.abort(reason);
    expect(await failed).toBe(reason);
    await clock.advance(10_000);
    expect(client.state).toBe('disconnected');
    expect(clock.pending).toEqual([]);
  });

  it.each([
    ['connecting', 'opening the connection'],
    ['the header', 'the stream header of the server'],
    ['the features', 'the features of the server'],
    ['the login', 'the step "mechanisms"'],
    ['binding', 'the step "bind"'],
  ])('ends after connectTimeout where the server falls silent before %s, and says so', async (silent, where) => {
    const clock = new VirtualClock();
    const server = new PlayedServer({ clock });
    const faulty = new FaultyTransportFactory(server.transports, { connect: 'stall' }, clock);
    const transports = silent === 'connecting' ? faulty : server.transports;
    const client = server.client({ clock, connectTimeout: 20_000, transports });
    const failed = rejection(client.connect());
    if (silent !== 'connecting') {
      const played = await server.next();
      if (silent === 'the features') {
        await played.peer.receive(/<stream:stream[^>]*>/);
        played.peer.send(header());
      } else if (silent === 'the login') {
        await played.open(mechanisms('PLAIN'));
      } else if (silent === 'binding') {
        await played.login();
        await played.open(BIND);
      }
    }
    await clock.advance(19_999);
    expect(client.state).toBe('connecting');
    await clock.advance(1);
    expect(await failed).toMatchObject({ code: 'ERR_TIMEOUT', retryable: true });
    expect((await failed).message).toContain(where);
    await clock.advance(10_000);
    expect(clock.pending).toEqual([]);
  });
});

describe('disconnect()', () => {
  /** Brings a client into a state; what it gives is awaited before the test ends. */
  const states: Record<string, (clock: VirtualClock, server: PlayedServer, client: ClientXMPP) => Promise<unknown>> = {
    'before anything': async () => {},
    'before the header': async (_clock, server, client) => {
      const failed = rejection(client.connect());
      await server.next();
      return { failed };
    },
    'in the TLS handshake': async (clock, server, client) => {
      const failed = rejection(client.connect());
      const played = await server.next();
      await played.open(STARTTLS);
      await played.peer.receive('<starttls');
      played.peer.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
      await clock.runUntilIdle();
      return { failed };
    },
    'while logging in': async (_clock, server, client) => {
      const failed = rejection(client.connect());
      const played = await server.next();
      await played.tls();
      await played.open(mechanisms('PLAIN'));
      await played.auth();
      return { failed };
    },
    'while binding': async (clock, server, client) => {
      const failed = rejection(client.connect());
      const played = await server.next();
      await played.tls();
      await played.login();
      await played.open(BIND);
      await clock.runUntilIdle();
      return { failed };
    },
    'in a step of a plugin that never ends': async (clock, server, client) => {
      const run = (): Promise<StepOutcome> => new Promise(() => {});
      client.negotiation.add({ name: 'x', namespace: 'urn:x', needs: 'secure', run });
      const failed = rejection(client.connect());
      const played = await server.next();
      await played.tls();
      await played.open(`<x xmlns='urn:x'/>${mechanisms('PLAIN')}`);
      await clock.runUntilIdle();
      return { failed };
    },
    'in a session': async (_clock, server, client) => {
      const connected = client.connect();
      const played = await server.next();
      await played.tls();
      await played.session();
      await connected;
    },
    'while waiting to reconnect': async (clock, server, client) => {
      const connected = client.connect();
      const played = await server.next();
      await played.tls();
      await played.session();
      await connected;
      played.peer.drop();
      await clock.runUntilIdle();
      expect(client.state).toBe('waiting');
    },
    'while reconnecting': async (clock, server, client) => {
      const connected = client.connect();
      const played = await server.next();
      await played.tls();
      await played.session();
      await connected;
      played.peer.drop();
      await clock.advance(1_000);
      await server.next();
    },
  };

  it.each(Object.keys(states))('F27: %s leaves nothing behind', async (name) => {
    const clock = new VirtualClock();
    const server = new PlayedServer({ clock, secure: false });
    const client = server.client({ clock, reconnect: {}, keepAlive: {} });
    const before = (await states[name]?.(clock, server, client)) as { failed?: Promise<unknown> } | undefined;
    const disconnected = client.disconnect();
    await clock.runUntilIdle();
    await clock.advance(5_000);
    await disconnected;
    const error = await before?.failed;
    if (before?.failed) expect(error).toBeInstanceOf(DisconnectedError);
    expect(client.state).toBe('disconnected');
    expect(clock.pending).toEqual([]);
    await clock.advance(120_000);
    expect(client.state).toBe('disconnected');
    expect(clock.pending).toEqual([]);
    // And again.
    await client.disconnect();
  });

  it('while the transport opens leaves nothing behind', async () => {
    const { clock, server, client: make } = world();
    const transports = new FaultyTransportFactory(server.transports, { connect: 'stall' }, clock);
    const client = make({ transports });
    const failed = rejection(client.connect());
    await clock.runUntilIdle();
    await client.disconnect();
    expect(await failed).toBeInstanceOf(DisconnectedError);
    expect(clock.pending).toEqual([]);
    expect(server.sessions).toEqual([]);
  });

  it('says goodbye, and does not wait for ever for the answer', async () => {
    const clock = new VirtualClock();
    const server = new PlayedServer({ clock });
    const client = server.client({ clock });
    const connected = client.connect();
    const played = await server.next();
    await played.session();
    await connected;
    played.end.pause();
    const disconnected = client.disconnect({ timeout: 4_000 });
    await clock.advance(4_000);
    await disconnected;
    expect(client.state).toBe('disconnected');
    expect(clock.pending).toEqual([]);
  });
});

describe('dispose()', () => {
  it('ends it for good', async () => {
    const { clock, client: make } = world();
    const client = make();
    const connected = client.connect();
    await clock.runUntilIdle();
    await connected;
    await client.dispose();
    expect(client.handlers).toEqual([]);
    expect([...client.advertised]).toEqual([]);
    expect(clock.pending).toEqual([]);
    expect(await rejection(client.connect())).toBeInstanceOf(DisconnectedError);
  });
});

describe('two clients in one process', () => {
  it('share nothing', async () => {
    const { clock, client: make } = world();
    const [alice, bob] = [make(), make({ jid: 'bob@localhost/b' })];
    expect(alice.scope).not.toBe(bob.scope);
    alice.negotiation.add({ name: 'x', namespace: 'urn:x', needs: 'bound', run: async () => 'next' });
    alice.advertise('urn:alice');
    const heard: string[] = [];
    alice.on('sessionStart', () => heard.push('alice'));
    bob.on('sessionStart', () => heard.push('bob'));
    const connected = Promise.all([alice.connect(), bob.connect()]);
    await clock.runUntilIdle();
    await connected;
    expect([...bob.advertised]).not.toContain('urn:alice');
    expect(alice.clientRoster).not.toBe(bob.clientRoster);
    expect(alice.boundJid?.full).toBe('alice@localhost/a');
    expect(bob.boundJid?.full).toBe('bob@localhost/b');
    await alice.dispose();
    expect(bob.online).toBe(true);
    await bob.disconnect();
    expect(heard.sort()).toEqual(['alice', 'bob']);
  });
});
