import { attr, element } from '@sestina/core';
import { MultiUserChat } from '@sestina/xep-0045';
import { PrivateXml } from '@sestina/xep-0049';
import { Bookmarks } from '@sestina/xep-0402';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

class OldBookmarks extends element('storage', 'storage:bookmarks', { odd: attr('odd') }) {}

describe.each(KINDS)('bookmarks with %s', (kind) => {
  const bench = useServer({ kind });

  it('come during a session, and a room that is founded in the same turn is entered once', async () => {
    const client = await bench.online();
    client.use(Bookmarks);
    const room = await client.plugin(MultiUserChat).create(`new-${kind}@${bench.server.hosts.muc}`);
    expect([room.state, room.created]).toEqual(['joined', true]);
  });

  it('are of all devices of the account, which enter and leave rooms by them', async () => {
    const user = await bench.account();
    const owner = await bench.online();
    const { muc } = bench.server.hosts;
    const [one, two] = [`one-${kind}@${muc}`, `two-${kind}@${muc}`];
    const rooms = owner.use(MultiUserChat);
    for (const room of [one, two]) await rooms.join(room, { nick: 'owner', create: 'instant' });

    const client = await bench.online(user);
    const bookmarks = client.use(Bookmarks, { autojoin: false });
    await bookmarks.set(one, {
      name: 'One',
      nick: 'Jule',
      autojoin: true,
      extensions: (xml) => xml.append(new OldBookmarks({ odd: '1' }).xml),
    });
    await bookmarks.set(two, { nick: 'Jule' });

    const device = bench.client({ jid: user.jid, password: user.password });
    const theirs = device.use(Bookmarks);
    const ready = device.wait('bookmarksReady');
    const joined = device.wait('roomJoined');
    await device.connect();
    device.sendPresence();
    expect([...(await ready).bookmarks.keys()].sort()).toEqual([one, two].sort());
    expect((await joined).room).toMatchObject({ nick: 'Jule' });
    expect([...device.plugin(MultiUserChat).rooms].map(({ jid }) => jid.full)).toEqual([one]);

    const second = device.wait('roomJoined');
    await bookmarks.set(two, { autojoin: true });
    expect((await second).room.jid.full).toBe(two);
    const left = device.wait('roomLeft');
    await bookmarks.set(one, { autojoin: false });
    expect((await left).room.jid.full).toBe(one);
    await expect.poll(() => theirs.get(one)?.autojoin, { timeout: 10_000 }).toBe(false);
    expect(theirs.get(one)?.extensions?.child('storage', 'storage:bookmarks')?.attribute('odd')).toBe('1');
    const old = await client.use(PrivateXml).get(OldBookmarks);
    // Prosody shows them to programs that know the older ones alone.
    expect(old?.xml.childrenNamed('conference').length ?? 0).toBe(kind === 'prosody' ? 2 : 0);
    // Of what is taken back ejabberd tells other devices nothing.
    const gone = kind === 'prosody' ? device.wait('roomLeft') : undefined;
    await bookmarks.remove(two);
    expect(bookmarks.get(two)).toBeUndefined();
    if (gone) expect((await gone).room.jid.full).toBe(two);
    await device.disconnect();
    await client.disconnect();
  });
});
