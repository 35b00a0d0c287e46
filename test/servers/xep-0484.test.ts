import { MemoryStorage } from '@sestina/core';
import { MemorySecrets } from '@sestina/core/storage';
import { Bind2 } from '@sestina/xep-0386';
import { Sasl2 } from '@sestina/xep-0388';
import { FastTokens } from '@sestina/xep-0484';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';

describe('XEP-0484 with Prosody', () => {
  const bench = useServer({ kind: 'prosody', sasl2: true });

  /** A client with a place of its own for secrets. */
  async function made(
    kept = { storage: new MemoryStorage(), secrets: new MemorySecrets() },
    user?: { jid: string; password: string },
  ) {
    const account = user ?? (await bench.account());
    const client = bench.client({ ...account, ...bench.direct, tls: { ca: bench.server.ca }, ...kept });
    client.use(Sasl2);
    client.use(Bind2, { withoutArchive: 'accept' });
    const tokens = client.use(FastTokens);
    const mechanisms: string[] = [];
    client.on('authSuccess', ({ mechanism }) => mechanisms.push(mechanism));
    return { account, client, tokens, mechanisms, kept };
  }

  it('gives a token that is bound to TLS 1.3, with which the next process logs in', async () => {
    const first = await made();
    await first.client.connect();
    expect(first.tokens.state).toBe('held');
    expect(first.tokens.expires?.getTime()).toBeGreaterThan(Date.now());
    await first.client.dispose();
    const second = await made(first.kept, first.account);
    await second.client.connect();
    await second.client.disconnect();
    await second.client.connect();
    expect([...first.mechanisms, ...second.mechanisms]).toEqual([
      'SCRAM-SHA-256-PLUS',
      'HT-SHA-256-EXPR',
      'HT-SHA-256-EXPR',
    ]);
  });

  it('refuses a token that was revoked, and lets a password in on the same stream', async () => {
    const { client, tokens, mechanisms, kept, account } = await made();
    await client.connect();
    const id = await kept.secrets.get(`xep-0388/${account.jid}/0`);
    const key = `xep-0484/${account.jid}/${id}`;
    const old = (await kept.secrets.get(key)) ?? '';
    expect(old).toContain('secret-token');
    await tokens.revoke();
    expect(tokens.state).toBe('none');
    expect(await kept.secrets.get(key)).toBeUndefined();
    await client.dispose();
    await kept.secrets.set(key, old);
    const thief = await made(kept, account);
    const refused: string[] = [];
    thief.client.on('failedAuth', ({ error }) => refused.push(error.reason));
    await thief.client.connect();
    expect(refused).toEqual([]);
    expect(mechanisms).toEqual(['SCRAM-SHA-256-PLUS', 'HT-SHA-256-EXPR']);
    expect(thief.mechanisms).toEqual(['SCRAM-SHA-256-PLUS']);
  });
});
