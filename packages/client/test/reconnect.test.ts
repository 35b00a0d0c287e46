import type { ClientXMPP } from '@sestina/client';
import { ConnectionLostError, element, Plugin, SessionLostError, type StreamErrorCondition } from '@sestina/core';
import {
  FaultyTransportFactory,
  MemoryServer,
  type MemoryServerOptions,
  SeededRandom,
  VirtualClock,
} from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { makeClient, rejection } from './support.js';

class Ping extends element('ping', 'urn:xmpp:ping') {}

// PLAIN on played TLS: everything runs on the virtual clock, WebCrypto would not.
function world(options: MemoryServerOptions = {}) {
  const clock = new VirtualClock();
  const server = new MemoryServer({ users: { alice: 'secret' }, mechanisms: ['PLAIN'], clock, ...options });
  return { clock, server };
}

function aliceOf(server: MemoryServer, clock: VirtualClock, options: object = {}): ClientXMPP {
  return makeClient({
    jid: 'alice@localhost/a',
    transports: server.transports,
    clock,
    reconnect: {},
    random: new SeededRandom(7),
    ...options,
  });
}

async function connect(client: ClientXMPP, clock: VirtualClock): Promise<void> {
  const connected = client.connect();
  await clock.runUntilIdle();
  await connected;
}

describe('a lost connection', () => {
  it('is made again, with a session of its own', async () => {
    const { clock, server } = world();
    const client = aliceOf(server, clock);
    const events: string[] = [];
    for (const name of ['connecting', 'sessionStart', 'sessionEnd', 'disconnected', 'reconnectDelay'] as const) {
      client.on(name, () => events.push(name));
    }
    await connect(client, clock);
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    expect(client.state).toBe('waiting');
    await clock.advance(1_000);
    expect(client.online).toBe(true);
    expect(server.session('alice@localhost/a')?.id).toBe(2);
    expect(events).toEqual([
      'connecting',
      'sessionStart',
      'disconnected',
      'sessionEnd',
      'reconnectDelay',
      'connecting',
      'sessionStart',
    ]);
    await client.disconnect();
    expect(clock.pending).toEqual([]);
  });

  it('rejects requests that can have no answer any more', async () => {
    const { clock, server } = world();
    const client = aliceOf(server, clock);
    await connect(client, clock);
    server.session('alice@localhost/a')?.pause();
    const failed = rejection(client.iqGet('localhost', new Ping()));
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    expect(await failed).toBeInstanceOf(SessionLostError);
    expect(await failed).toMatchObject({ retryable: true });
    expect(client.pendingRequests).toBe(0);
    await client.disconnect();
  });

  it('is told of with its reason', async () => {
    const { clock, server } = world();
    const client = aliceOf(server, clock);
    const reasons: unknown[] = [];
    client.on('disconnected', ({ reason }) => reasons.push(reason));
    await connect(client, clock);
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    expect(reasons).toEqual([expect.any(ConnectionLostError)]);
    await client.disconnect();
  });

  it('a hundred times leaves as many listeners, handlers and timers as before', async () => {
    const { clock, server } = world();
    const client = aliceOf(server, clock);
    await connect(client, clock);
    const census = (): unknown => ({
      handlers: client.handlers.length,
      scheduled: client.scheduled.length,
      timers: clock.pending.length,
      sessions: server.sessions.length,
      features: [...client.advertised].length,
      listeners: (
        ['sessionStart', 'sessionEnd', 'disconnected', 'message', 'sessionBind', 'rosterUpdate', 'error'] as const
      ).map((name) => client.listenerCount(name)),
    });
    const before = census();
    for (let i = 0; i < 100; i++) {
      server.session('alice@localhost/a')?.drop();
      await clock.runUntilIdle();
      await clock.advance(60_000);
      expect(client.online).toBe(true);
    }
    expect(census()).toEqual(before);
    await client.disconnect();
    expect(clock.pending).toEqual([]);
  });

  it('starts each plugin once for each session', async () => {
    const log: string[] = [];

    class Watch extends Plugin {
      static override readonly id = 'watch';

      override sessionStart(): void {
        log.push('start');
      }

      override sessionEnd(): void {
        log.push('end');
      }
    }

    const { clock, server } = world();
    const client = aliceOf(server, clock);
    client.use(Watch);
    await connect(client, clock);
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    await clock.advance(1_000);
    await client.disconnect();
    expect(log).toEqual(['start', 'end', 'start', 'end']);
  });

  it('is not made again once disconnect() was called while it waited', async () => {
    const { clock, server } = world();
    const client = aliceOf(server, clock);
    await connect(client, clock);
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    await client.disconnect();
    expect(clock.pending).toEqual([]);
    await clock.advance(120_000);
    expect(server.sessions).toEqual([]);
  });

  it('is made again by connect() at once', async () => {
    const { clock, server } = world();
    const client = aliceOf(server, clock, { reconnect: { base: 60_000 } });
    await connect(client, clock);
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    expect(client.state).toBe('waiting');
    await connect(client, clock);
    expect(client.online).toBe(true);
    await client.disconnect();
  });

  it('is tried for as long as the server is away', async () => {
    const { clock, server } = world();
    const client = aliceOf(server, clock);
    await connect(client, clock);
    await server.stop();
    await clock.advance(600_000);
    expect(client.state).toBe('waiting');
    await server.start();
    await clock.advance(60_000);
    expect(client.online).toBe(true);
    await client.disconnect();
  });
});

describe('what is not tried again', () => {
  it('F13: a session that the server ended with conflict', async () => {
    const { clock, server } = world();
    const client = aliceOf(server, clock);
    const ends: unknown[] = [];
    client.on('disconnected', (end) => ends.push(end));
    await connect(client, clock);
    server.session('alice@localhost/a')?.kick('conflict');
    await clock.runUntilIdle();
    await clock.advance(600_000);
    expect(client.state).toBe('disconnected');
    expect(ends).toEqual([
      { reason: expect.objectContaining({ condition: 'conflict', retryable: false }), willReconnect: false },
    ]);
    expect(clock.pending).toEqual([]);
    // The application may, of course.
    await connect(client, clock);
    await client.disconnect();
  });

  it.each([
    'system-shutdown',
    'connection-timeout',
    'reset',
    'remote-connection-failed',
    'resource-constraint',
    'internal-server-error',
    'not-authorized',
    'host-unknown',
    'host-gone',
    'policy-violation',
  ] as StreamErrorCondition[])('but one that ended with %s is', async (condition) => {
    const { clock, server } = world();
    const client = aliceOf(server, clock);
    await connect(client, clock);
    server.session('alice@localhost/a')?.kick(condition);
    await clock.runUntilIdle();
    await clock.advance(2_000);
    expect(client.online).toBe(true);
    await client.disconnect();
  });

  it('a login that is refused while reconnecting', async () => {
    const { clock, server } = world();
    const client = aliceOf(server, clock);
    const ends: { willReconnect: boolean; reason: Error }[] = [];
    client.on('disconnected', (end) => ends.push(end));
    await connect(client, clock);
    server.addUser('alice', 'another');
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    await clock.advance(600_000);
    expect(ends.map(({ willReconnect }) => willReconnect)).toEqual([true, false]);
    expect(ends[1]?.reason).toMatchObject({ code: 'ERR_AUTH', reason: 'not-authorized' });
    expect(client.state).toBe('disconnected');
    expect(clock.pending).toEqual([]);
    await client.disconnect();
  });

  it('F17: but a login that the server cannot check just now is', async () => {
    const { clock, server } = world();
    const client = aliceOf(server, clock);
    await connect(client, clock);
    server.refuseLogin('alice', 'temporary-auth-failure');
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    await clock.advance(300_000);
    expect(client.online).toBe(false);
    server.refuseLogin('alice', undefined);
    await clock.advance(60_000);
    expect(client.online).toBe(true);
    await client.disconnect();
  });

  it('two clients that want the same resource do not throw each other out for ever', async () => {
    const { clock, server } = world();
    const [first, second] = [aliceOf(server, clock), aliceOf(server, clock)];
    await connect(first, clock);
    await connect(second, clock);
    await clock.advance(600_000);
    expect([first.state, second.state]).toEqual(['disconnected', 'online']);
    expect(server.sessions).toHaveLength(1);
    await Promise.all([first.disconnect(), second.disconnect()]);
  });

  it('a first connect() that fails', async () => {
    const { clock, server } = world();
    await server.stop();
    const client = aliceOf(server, clock);
    const failed = rejection(client.connect());
    await clock.runUntilIdle();
    expect(await failed).toMatchObject({ code: 'ERR_CONNECT', retryable: true });
    await clock.advance(600_000);
    expect(client.state).toBe('disconnected');
    expect(clock.pending).toEqual([]);
  });
});

describe('a connection that is dead without a word', () => {
  it('is noticed by keep-alive, and made again', async () => {
    const { clock, server } = world();
    const transports = new FaultyTransportFactory(server.transports, {}, clock);
    const client = aliceOf(server, clock, { transports, keepAlive: { interval: 60_000, timeout: 30_000 } });
    const reasons: Error[] = [];
    client.on('disconnected', ({ reason }) => reasons.push(reason));
    await connect(client, clock);
    await clock.advance(300_000);
    expect(reasons).toEqual([]);
    transports.current?.mute();
    await clock.advance(89_000);
    expect(client.online).toBe(true);
    await clock.advance(61_000);
    expect(reasons).toEqual([expect.objectContaining({ code: 'ERR_CONNECTION_LOST', reason: 'timeout' })]);
    expect(client.online).toBe(true);
    expect(transports.transports).toHaveLength(2);
    await client.disconnect();
    expect(clock.pending).toEqual([]);
  });

  it('fails the requests that were sent into it', async () => {
    const { clock, server } = world();
    const transports = new FaultyTransportFactory(server.transports, {}, clock);
    const client = aliceOf(server, clock, { transports, keepAlive: {} });
    await connect(client, clock);
    transports.current?.mute();
    const failed = rejection(client.iqGet('localhost', new Ping(), { timeout: 600_000 }));
    await clock.advance(150_000);
    expect(await failed).toBeInstanceOf(SessionLostError);
    await client.disconnect();
  });
});

describe('200 clients whose server restarts', () => {
  it('do not come back in one moment', async () => {
    const users = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`user${i}`, 'secret']));
    const { clock, server } = world({ users });
    const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
    const clients = Object.keys(users).map((user) =>
      makeClient({ jid: `${user}@localhost/x`, transports: server.transports, clock, reconnect: {}, random }),
    );
    const attempts: number[] = [];
    const connecting = Promise.all(clients.map((client) => client.connect()));
    await clock.runUntilIdle();
    await connecting;
    for (const client of clients) client.on('connecting', () => attempts.push(clock.monotonic()));
    await server.stop();
    await clock.advance(10_000);
    await server.start();
    await clock.advance(180_000);
    expect(clients.filter(({ online }) => !online)).toEqual([]);
    const perStep = new Map<number, number>();
    for (const at of attempts) perStep.set(Math.floor(at / 100), (perStep.get(Math.floor(at / 100)) ?? 0) + 1);
    // Full jitter over the first second: 20 in each tenth of it on average.
    expect(Math.max(...perStep.values()), `seed ${random.seed}`).toBeLessThan(60);
    const disconnecting = Promise.all(clients.map((client) => client.disconnect()));
    await clock.runUntilIdle();
    await disconnecting;
    expect(clock.pending).toEqual([]);
  });
});
