import { MemoryStorage } from '@sestina/core';
import { MemorySecrets } from '@sestina/core/storage';
import { StreamManagement } from '@sestina/xep-0198';
import { Bind2 } from '@sestina/xep-0386';
import { Sasl2 } from '@sestina/xep-0388';
import { FastTokens } from '@sestina/xep-0484';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import { RecordingTransports } from '../support/recorders.js';

type Way = 'Bind 2' | 'RFC 6120' | 'SASL2' | 'tokens';

describe('round trips of a login over direct TLS, once the stream is open', () => {
  const bench = useServer({ kind: 'prosody', sasl2: true });

  /** A client that has logged in once, and what it writes until there is a session again. */
  async function made(way: Way) {
    const transports = new RecordingTransports();
    const { jid, password } = await bench.account();
    const client = bench.client({
      jid,
      password,
      ...bench.direct,
      tls: { ca: bench.server.ca },
      transports,
      storage: new MemoryStorage(),
      secrets: new MemorySecrets(),
    });
    if (way !== 'RFC 6120') client.use(Sasl2);
    if (way === 'Bind 2' || way === 'tokens') client.use(Bind2, { withoutArchive: 'accept' });
    if (way === 'tokens') client.use(FastTokens);
    let written: string[] = [];
    client.onBegin(() => {
      written = transports.written.splice(0);
    });
    const management = client.use(StreamManagement);
    await client.connect();
    /** Each write waits for the answer to the one before; the first one opens the stream. */
    const trips = (): number => written.length - 1;
    return { client, management, transports, trips };
  }

  it.each<[Way, number]>([
    ['RFC 6120', 4],
    ['SASL2', 3],
    ['Bind 2', 2],
  ])('by password, %s: %i', async (way, expected) => {
    const { trips } = await made(way);
    expect(trips()).toBe(expected);
  });

  it('by token, from the second login on: 1', async () => {
    const { client, transports, trips } = await made('tokens');
    expect(trips()).toBe(2);
    await client.disconnect();
    transports.written.length = 0;
    await client.connect();
    expect(trips()).toBe(1);
  });

  it.each<[Way, number]>([
    ['RFC 6120', 4],
    ['SASL2', 2],
    ['tokens', 1],
  ])('resuming a session, %s: %i', async (way, expected) => {
    const { client, management, transports, trips } = await made(way);
    await expect.poll(() => management.resumable).toBe(true);
    const resumed = client.wait('sessionResumed', { timeout: 20_000 });
    transports.written.length = 0;
    client.transport?.destroy();
    await resumed;
    expect(trips()).toBe(expected);
  });
});
