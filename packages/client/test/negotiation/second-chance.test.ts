import { type MemoryServer, MemoryServer as Server, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import type { ClientXMPP } from '../../src/index.js';
import { makeClient } from '../support.js';

interface World {
  readonly clock: VirtualClock;
  readonly server: MemoryServer;
  readonly client: ClientXMPP;
  /** How often it was refused. */
  readonly refusals: () => number;
}

// PLAIN on played TLS: everything runs on the virtual clock, WebCrypto would not.
async function online(): Promise<World> {
  const clock = new VirtualClock();
  const server = new Server({ users: { alice: 'secret' }, mechanisms: ['PLAIN'], clock });
  const client = makeClient({ jid: 'alice@localhost/a', transports: server.transports, clock, reconnect: {} });
  let refused = 0;
  client.on('failedAuth', () => {
    refused += 1;
  });
  const connected = client.connect();
  await clock.runUntilIdle();
  await connected;
  return { clock, server, client, refusals: () => refused };
}

describe('credentials that have worked and are called wrong', () => {
  it('get a second chance: a server that is just starting may not see its accounts yet', async () => {
    const { clock, server, client, refusals } = await online();
    server.addUser('alice', 'not there yet');
    client.on('failedAuth', () => void server.addUser('alice', 'secret'));
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    await clock.advance(10_000);
    expect(refusals()).toBe(1);
    expect(client.online).toBe(true);
    await client.disconnect();
  });

  it('are tried four times and not for ever', async () => {
    const { clock, server, client, refusals } = await online();
    server.addUser('alice', 'another');
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    await clock.advance(600_000);
    expect(refusals()).toBe(4);
    expect(client.state).toBe('disconnected');
    expect(clock.pending).toEqual([]);
    await client.disconnect();
  });

  it('are not tried again where a new password was given meanwhile', async () => {
    const { clock, server, client, refusals } = await online();
    client.password = 'a guess';
    server.session('alice@localhost/a')?.drop();
    await clock.runUntilIdle();
    await clock.advance(600_000);
    expect(refusals()).toBe(1);
    expect(client.state).toBe('disconnected');
    await client.disconnect();
  });
});
