import type { ClientXMPP } from '@sestina/client';
import { MemoryMessageIndex } from '@sestina/message-index';
import { MultiUserChat } from '@sestina/xep-0045';
import { MessageCarbons } from '@sestina/xep-0280';
import { MessageArchive } from '@sestina/xep-0313';
import { DisplayedSync } from '@sestina/xep-0490';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('what was shown, with %s', (kind) => {
  const bench = useServer({ kind, archive: true });

  function syncing(client: ClientXMPP): DisplayedSync {
    client.use(MemoryMessageIndex);
    client.use(MessageCarbons);
    return client.use(DisplayedSync, { delay: 10 });
  }

  it('is the same on two devices, and on one that comes later', async () => {
    const [user, friend] = [await bench.account(), await bench.account()];
    const them = await bench.online(friend);
    const devices = [1, 2].map(() => bench.client({ jid: user.jid, password: user.password }));
    const [first, second] = devices.map(syncing) as [DisplayedSync, DisplayedSync];
    const [one, two] = devices as [ClientXMPP, ClientXMPP];
    for (const device of devices) {
      await device.connect();
      device.sendPresence();
    }
    await Promise.all([first.ready, second.ready]);

    const heard = devices.map((device) => device.wait('message', { filter: ({ body }) => body === 'two' }));
    for (const body of ['one', 'two']) them.sendMessage({ to: user.jid, type: 'chat', body });
    const [atOne] = await Promise.all(heard);
    const synced = two.wait('displayedSynced', { timeout: 30_000 });
    const published = one.wait('displayedSynced', { timeout: 30_000 });
    if (atOne) first.displayed(atOne.context.peer, atOne);
    expect(await published).toMatchObject({ own: true });
    const told = await synced;
    expect(told.peer.full).toBe(friend.jid);
    expect(told).toMatchObject({ own: false, facts: { way: 'in' } });
    expect(second.position(friend.jid)).toEqual(first.position(friend.jid));

    // The other one goes on.
    const back = one.wait('displayedSynced', { timeout: 30_000, filter: ({ own }) => !own });
    const third = two.wait('message', { filter: ({ body }) => body === 'three' });
    them.sendMessage({ to: user.jid, type: 'chat', body: 'three' });
    const atTwo = await third;
    second.displayed(atTwo.context.peer, atTwo);
    const { archiveId } = await back;
    expect(archiveId).not.toBe(told.archiveId);

    const late = bench.client({ jid: user.jid, password: user.password });
    const archive = late.use(MessageArchive);
    const theirs = syncing(late);
    const found = late.wait('displayedSynced', { timeout: 30_000, filter: ({ facts }) => facts !== undefined });
    await late.connect();
    late.sendPresence();
    await theirs.ready;
    expect(theirs.position(friend.jid)?.archiveId).toBe(archiveId);
    for await (const each of archive.query({ with: friend.jid })) expect(each.id).not.toBe('');
    expect((await found).archiveId).toBe(archiveId);
    for (const device of [...devices, late]) await device.disconnect();
  });

  it('is kept of a room by what the room calls its messages', async () => {
    const user = await bench.account();
    const room = `shown-${kind}@${bench.server.hosts.muc}`;
    const owner = await bench.online();
    // ejabberd's rooms have no archive, and call nothing anything, unless they are told to.
    const fields = kind === 'ejabberd' ? { mam: true } : {};
    await owner.use(MultiUserChat).create(room, fields, { nick: 'owner' });
    const device = bench.client({ jid: user.jid, password: user.password });
    device.use(MultiUserChat);
    const sync = syncing(device);
    await device.connect();
    device.sendPresence();
    await sync.ready;
    const joined = await device.plugin(MultiUserChat).join(room, { nick: 'me' });
    const heard = device.wait('message', { filter: ({ body }) => body === 'Hark' });
    owner.sendMessage({ to: room, type: 'groupchat', body: 'Hark' });
    const message = await heard;
    const published = device.wait('displayedSynced', { timeout: 30_000 });
    sync.displayed(joined.jid, message);
    expect(await published).toMatchObject({ own: true });
    expect(sync.position(room)?.archive.full).toBe(room);
    await device.disconnect();
    await owner.disconnect();
  });
});
