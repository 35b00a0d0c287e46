import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureInstalled, type RunningServer, type ServerKind, type StopSignal, startServer } from '../src/index.js';
import { leftovers, NOTHING, processesOf } from './leftovers.js';
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

  it('a crash is noticed', async () => {
    const group = (await processesOf(server.directory)).filter((pid) => pid !== process.pid);
    expect(group.length).toBeGreaterThan(1);
    await server.stop('KILL');
    await server.start();
    expect(await server.logTail(1)).not.toBe('');
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
