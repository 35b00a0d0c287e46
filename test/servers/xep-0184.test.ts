import type { ClientXMPP } from '@sestina/client';
import type { ServerUser } from '@sestina/servers';
import { DeliveryReceipts, NS_RECEIPTS } from '@sestina/xep-0184';
import { DelayedDelivery } from '@sestina/xep-0203';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('receipts over %s', (kind) => {
  const bench = useServer({ kind });

  /** A client that is there, with receipts. */
  async function online(user: ServerUser): Promise<ClientXMPP> {
    const client = await bench.online(user, { autoAuthorize: true });
    client.use(DeliveryReceipts);
    await client.getRoster();
    client.sendPresence();
    return client;
  }

  /** Two who see each other's presence. */
  async function friends(): Promise<{
    users: readonly [ServerUser, ServerUser];
    romeo: ClientXMPP;
    juliet: ClientXMPP;
  }> {
    const users = [await bench.account('romeo'), await bench.account('juliet')] as const;
    const [romeo, juliet] = await Promise.all([online(users[0]), online(users[1])]);
    for (const [one, other] of [
      [romeo, users[1]],
      [juliet, users[0]],
    ] as const) {
      const seen = one.wait('gotOnline', { filter: ({ jid }) => jid.equals(other.jid) });
      one.clientRoster.subscribe(other.jid);
      await seen;
    }
    return { users, romeo, juliet };
  }

  it('go both ways between contacts', async () => {
    const { users, romeo, juliet } = await friends();
    for (const [one, other, to] of [
      [romeo, juliet, users[1].jid],
      [juliet, romeo, users[0].jid],
    ] as const) {
      const sending = one.sendMessage({ to, type: 'chat', body: 'Hello' });
      expect((await one.plugin(DeliveryReceipts).delivered(sending)).equals(other.boundJid ?? '')).toBe(true);
    }
  });

  it('are not sent to strangers', async () => {
    const [romeo, juliet] = await Promise.all([online(await bench.account()), online(await bench.account())]);
    const got = juliet.wait('message');
    const heard: string[] = [];
    romeo.on('receiptReceived', ({ id }) => heard.push(id));
    romeo.sendMessage({ to: juliet.boundJid, type: 'chat', body: 'Hello' });
    expect((await got).receiptRequest).toBe(true);
    const after = romeo.wait('message');
    juliet.sendMessage({ to: romeo.boundJid, type: 'chat', body: 'behind it' });
    await after;
    expect(heard).toEqual([]);
  });

  it('come when a message that was kept is delivered, and wait themselves for who is away', async () => {
    const { users, romeo, juliet } = await friends();
    const gone = romeo.wait('gotOffline', { filter: ({ jid }) => jid.equals(users[1].jid) });
    await juliet.disconnect();
    await gone;
    romeo.sendMessage({ to: users[1].jid, type: 'chat', body: 'kept', id: 'kept' });
    await romeo.disconnect();

    const again = bench.client({ jid: users[1].jid, password: users[1].password });
    again.use(DelayedDelivery);
    again.use(DeliveryReceipts);
    const got = again.wait('message');
    const acknowledged = new Promise<void>((resolve) => {
      again.onWritten(({ element }) => element.child('received', NS_RECEIPTS) && resolve());
    });
    await again.connect();
    await again.getRoster();
    again.sendPresence();
    expect((await got).delay).toBeDefined();
    await acknowledged;
    await again.disconnect();

    const back = bench.client({ jid: users[0].jid, password: users[0].password });
    back.use(DeliveryReceipts);
    const receipt = back.wait('receiptReceived');
    await back.connect();
    back.sendPresence();
    expect(await receipt).toMatchObject({ id: 'kept', known: false, source: 'stream' });
  });
});
