import { MemoryStorage } from '@sestina/core';
import { MemoryServer } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { makeClient } from '../support.js';

class HangingStorage extends MemoryStorage {
  override get(): Promise<never> {
    return new Promise(() => {});
  }
}

let end = async (): Promise<void> => {};
afterEach(() => end());

async function online() {
  const server = new MemoryServer({ users: { alice: 'secret' }, starttls: 'off', mechanisms: ['SCRAM-SHA-1'] });
  server.setRosterItem('alice', 'bob@example.net');
  const client = makeClient({
    jid: 'alice@localhost',
    transports: server.transports,
    tls: { required: false },
    storage: new HangingStorage(),
  });
  end = () => client.disconnect();
  await client.connect();
  expect(client.server.rosterVersioning).toBe(true);
  return client;
}

describe('a storage that never answers', () => {
  it('does not keep the roster from being fetched', async () => {
    const client = await online();
    expect((await client.getRoster({ timeout: 100 })).has('bob@example.net')).toBe(true);
  });

  it('does not keep the signal from giving up', async () => {
    const client = await online();
    const controller = new AbortController();
    const fetched = client.getRoster({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(fetched).rejects.toThrow('enough');
  });
});
