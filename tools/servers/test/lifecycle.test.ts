import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureInstalled, type RunningServer, type ServerKind, type StopSignal, startServer } from '../src/index.js';
import { crash, leftovers, NOTHING, processesOf } from './leftovers.js';
import { RawClient } from './raw-client.js';

const KINDS: readonly ServerKind[] = ['prosody', 'ejabberd'];

async function logIn(server: RunningServer, username: string): Promise<string> {
  const password = server.users.find((user) => user.username === username)?.password ?? '';
  const client = await RawClient.open(server);
  try {
    await client.scram('SCRAM-SHA-1', username, password);
    return await client.bind();
  } finally {
    client.close();
  }
}

describe.each(KINDS)('the life of %s', (kind) => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startServer({ kind, users: ['romeo'] });
  });

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  it.each<StopSignal>(['TERM', 'KILL'])('a restart by %s keeps ports, users and certificates', async (signal) => {
    const ports = { ...server.ports };
    const name = `user-${signal.toLowerCase()}`;
    await server.addUser(name, 'secret');
    await server.restart(signal);
    expect(server.ports).toEqual(ports);
    expect(await logIn(server, 'romeo')).toMatch(/^romeo@/);
    expect(await logIn(server, name)).toContain(name);
  });

  it('a stopped server does not listen, and can be started again', async () => {
    await server.stop();
    expect(server.running).toBe(false);
    await expect(RawClient.open(server)).rejects.toThrow();
    await server.stop();
    await server.start();
    await server.start();
    expect(server.running).toBe(true);
    expect(await logIn(server, 'romeo')).toMatch(/^romeo@/);
  });

  it('says so when somebody took one of its ports while it was stopped', async () => {
    await server.stop('KILL');
    const thief = createServer().listen(server.ports.component, server.host);
    await once(thief, 'listening');
    try {
      await expect(server.start()).rejects.toThrow('a port was taken');
      expect(server.running).toBe(false);
    } finally {
      thief.close();
    }
    await server.start();
  });

  it('a crash is noticed, and made good by start', async () => {
    await crash(server.directory);
    await vi.waitFor(() => expect(server.running).toBe(false), { timeout: 10_000 });
    await expect(server.addUser('late', 'secret')).rejects.toMatchObject({ code: 'ERR_TEST_SERVER' });
    await server.start();
    expect(await logIn(server, 'romeo')).toMatch(/^romeo@/);
  });

  it('dispose leaves no process and no directory', async () => {
    const other = await startServer({ kind, users: 0 });
    expect(await processesOf(other.directory)).not.toEqual([]);
    await other[Symbol.asyncDispose]();
    expect(await leftovers(other.directory)).toEqual(NOTHING);
    await other[Symbol.asyncDispose]();
    await expect(other.start()).rejects.toMatchObject({ code: 'ERR_TEST_SERVER' });
  });

  it('several run side by side', async () => {
    const others = await Promise.all([startServer({ kind }), startServer({ kind })]);
    try {
      const ports = [server, ...others].flatMap((one) => Object.values(one.ports));
      expect(new Set(ports).size).toBe(ports.length);
      for (const other of others) expect(await logIn(other, 'alice')).toMatch(/^alice@/);
      expect(await logIn(server, 'romeo')).toMatch(/^romeo@/);
    } finally {
      for (const other of others) await other[Symbol.asyncDispose]();
    }
  });
});

describe('ensureInstalled', () => {
  it('says and does nothing where everything is there', async () => {
    const lines: string[] = [];
    await ensureInstalled(KINDS, (line) => lines.push(line));
    await ensureInstalled(KINDS, (line) => lines.push(line));
    expect(lines).toEqual([]);
  });
});
