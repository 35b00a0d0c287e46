import { RosterStore } from '@sestina/component';
import { startRedis } from '@sestina/servers';
import { UnstorageAdapter } from '@sestina/storage';
import { createStorage } from 'unstorage';
import redisDriver from 'unstorage/drivers/redis';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';

const USERS = 6;

describe('the rosters of a farm in Redis', () => {
  const bench = useServer({ kind: 'ejabberd' });

  it('are known to every process, whichever was there when somebody subscribed', async () => {
    await using redis = await startRedis();
    const domain = bench.server.component.domains[0] ?? '';
    const worker = async () => {
      const unstorage = createStorage({ driver: redisDriver(redis) });
      const component = bench.component({ jid: domain, storage: new UnstorageAdapter(unstorage), autoAuthorize: true });
      const store = component.use(RosterStore);
      await component.connect();
      return { component, store, end: () => unstorage.dispose() };
    };
    const [first, second] = [await worker(), await worker()];
    const client = await bench.online();
    await client.getRoster();
    await client.sendPresence();
    const addresses = Array.from({ length: USERS }, (_, index) => `user${index}@${domain}`);
    for (const address of addresses) client.sendPresenceSubscription(address);
    const subscribed = () => [...client.clientRoster].filter(({ subscription }) => subscription === 'to').length;
    await expect.poll(subscribed, { timeout: 10_000 }).toBe(USERS);

    // All of them, through a process that perhaps heard of none.
    const heard: string[] = [];
    client.on('presence', ({ from, type, status }) => {
      if (type === undefined && addresses.includes(`${from}`)) heard.push(`${from} ${status}`);
    });
    for (const address of addresses) await second.component.as(address).sendPresence({ status: 'here' });
    await expect
      .poll(() => [...new Set(heard)].sort(), { timeout: 10_000 })
      .toEqual(addresses.map((jid) => `${jid} here`));

    // And one that sent no presence answers who asks for it.
    await Promise.all([first.store.idle(), second.store.idle()]);
    await second.component.disconnect();
    heard.splice(0);
    await client.sendPresence({ type: 'unavailable' });
    await client.sendPresence();
    await expect
      .poll(() => [...new Set(heard)].sort(), { timeout: 10_000 })
      .toEqual(addresses.map((jid) => `${jid} here`));
    await first.component.disconnect();
    for (const { end } of [first, second]) await end();
  });
});
