import { IdleTime } from '@sestina/xep-0319';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('idle devices with %s', (kind) => {
  const bench = useServer({ kind });

  it('are seen by contacts, and to be back', async () => {
    const users = await Promise.all(['juliet', 'romeo'].map((name) => bench.account(name)));
    const [one, two] = users.map(({ jid, password }) => bench.client({ jid, password, autoAuthorize: true }));
    if (!one || !two) throw new Error('two accounts');
    const idle = one.use(IdleTime, { broadcast: true });
    two.use(IdleTime);
    for (const client of [one, two]) {
      await client.connect();
      await client.getRoster();
      client.sendPresence();
    }
    const seen = two.wait('gotOnline', { filter: ({ jid }) => jid.equals(one.account), timeout: 30_000 });
    two.clientRoster.subscribe(one.account);
    await seen;
    const since = new Date('2024-02-29T12:34:56Z');
    for (const [given, told] of [
      [since, new Date('2024-02-29T12:34:00Z')],
      [undefined, undefined],
    ] as const) {
      const heard = two.wait('idleChanged', { filter: ({ jid }) => jid.bare.equals(one.account), timeout: 30_000 });
      idle.setIdle(given);
      expect((await heard).since).toEqual(told);
    }
  });
});
