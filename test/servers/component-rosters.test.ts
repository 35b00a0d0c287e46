import type { ClientXMPP } from '@sestina/client';
import { startRedis } from '@sestina/servers';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { Child } from '../support/child.js';

const ADDRESSES = 600;
const KILLED_AFTER = 10;
const PATIENCE = { timeout: 20_000 };

describe.each(KINDS)('the rosters of a component of %s', (kind) => {
  const bench = useServer({ kind });

  it('are known to the next process where one is killed while people subscribe: nobody who was let in is thrown out', async () => {
    await using redis = await startRedis();
    const { host, ports, component } = bench.server;
    const jid = component.domains[1] ?? '';
    const settings = { jid, host, port: ports.component, secret: component.secret };
    const start = async (): Promise<Child> => {
      const given = JSON.stringify({ ...settings, redis: { host: redis.host, port: redis.port } });
      // Of a group of its own: what runs scripts is a process too, and has to be killed with it.
      const script = ['tools/scripts/run.mjs', 'test/programs/roster-keeper.ts', given];
      const child = new Child(process.execPath, script, { detached: true });
      await child.prints(/^online$/m);
      return child;
    };
    const client = await bench.online();
    await client.getRoster();
    const addresses = Array.from({ length: ADDRESSES }, (_, index) => `user${index}@${jid}`);
    const letIn = (): string[] => [...client.clientRoster].filter((item) => item.to).map((item) => `${item.jid}`);
    const thrownOut: string[] = [];
    client.on('presenceUnsubscribed', ({ from }) => thrownOut.push(`${from}`));

    await using first = await start();
    // ejabberd tells only who is there of the answer itself, but everybody of the roster.
    const counting = client.on('rosterUpdate', () => {
      if (letIn().length < KILLED_AFTER) return;
      counting.dispose();
      first.signal('SIGKILL');
    });
    for (const address of addresses) client.sendPresenceSubscription(address);
    await first.ended;
    const before = letIn();

    await using _second = await start();
    await client.sendPresence();
    // Each process told of it only what the other one can read: all of them are there.
    await expect.poll(() => missing(client, before), PATIENCE).toEqual([]);
    // What was lost on its way is asked for again.
    await expect
      .poll(
        () => {
          const open = addresses.filter((address) => !letIn().includes(address));
          for (const address of open) client.sendPresenceSubscription(address);
          return open;
        },
        { ...PATIENCE, interval: 500 },
      )
      .toEqual([]);
    await client.sendPresence({ type: 'unavailable' });
    await client.sendPresence();
    await expect.poll(() => missing(client, addresses), PATIENCE).toEqual([]);
    expect(thrownOut).toEqual([]);
    expect(before.length).toBeLessThan(ADDRESSES);
  });
});

/** Those who do not say that they are there. */
function missing(client: ClientXMPP, addresses: readonly string[]): string[] {
  return addresses.filter(
    (address) => client.clientRoster.presence(address)?.status !== `This is ${address.slice(0, address.indexOf('@'))}`,
  );
}
