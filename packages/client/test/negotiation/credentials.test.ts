import { MemoryServer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { makeClient, mechanisms, PlayedServer, rejection } from '../support.js';

describe('credentials()', () => {
  it('is asked at each attempt', async () => {
    const server = new MemoryServer({ users: { alice: 'second' } });
    const passwords = ['first', 'second'];
    const client = makeClient({
      jid: 'alice@localhost/a',
      password: undefined,
      credentials: () => ({ password: passwords.shift() }),
      transports: server.transports,
    });
    expect(await rejection(client.connect())).toMatchObject({ reason: 'not-authorized' });
    await client.connect();
    await client.disconnect();
    expect(passwords).toEqual([]);
  });

  it('may name another user than the JID', async () => {
    const server = new PlayedServer();
    const client = server.client({ credentials: async () => ({ username: 'bob', password: 'x' }) });
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    expect((await played.auth()).data).toBe('\0bob\0x');
    played.peer.drop();
    await failed;
  });

  it('that rejects ends the attempt, and nothing of what it says is repeated', async () => {
    const server = new PlayedServer();
    const cause = new Error('vault: token s.123 has expired');
    const client = server.client({ credentials: () => Promise.reject(cause) });
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    const error = await failed;
    expect(error).toMatchObject({ code: 'ERR_AUTH', reason: 'credentials', retryable: false });
    expect(error.cause).toBe(cause);
    expect(error.message).not.toContain('s.123');
    expect(client.state).toBe('disconnected');
  });

  it('that throws is the same', async () => {
    const server = new PlayedServer();
    const client = server.client({
      credentials: () => {
        throw new TypeError('oops');
      },
    });
    const failed = rejection(client.connect());
    await (await server.next()).open(mechanisms('PLAIN'));
    expect(await failed).toMatchObject({ reason: 'credentials' });
  });

  it('that rejects for now may be asked again', async () => {
    const server = new PlayedServer();
    const client = server.client({
      credentials: () => Promise.reject(Object.assign(new Error('vault is down'), { retryable: true })),
    });
    const failed = rejection(client.connect());
    await (await server.next()).open(mechanisms('PLAIN'));
    expect(await failed).toMatchObject({ reason: 'credentials', retryable: true });
  });

  it('gets a signal that tells that nobody waits any more', async () => {
    const server = new PlayedServer();
    let given: AbortSignal | undefined;
    const client = server.client({
      credentials: (signal) => {
        given = signal;
        return new Promise(() => {});
      },
    });
    const failed = rejection(client.connect());
    await (await server.next()).open(mechanisms('PLAIN'));
    await expect.poll(() => given).toBeDefined();
    await client.disconnect();
    expect(given?.aborted).toBe(true);
    expect(await failed).toMatchObject({ code: 'ERR_DISCONNECTED' });
  });

  it('is not asked where the password setter was used since', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const client = makeClient({ jid: 'alice@localhost/a', password: 'wrong', transports: server.transports });
    expect(await rejection(client.connect())).toMatchObject({ reason: 'not-authorized' });
    client.password = 'secret';
    await client.connect();
    expect(server.session('alice@localhost/a')?.username).toBe('alice');
    await client.disconnect();
  });
});
