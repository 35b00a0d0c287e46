import type { ClientXMPP } from '@sestina/client';
import { MemoryMessageIndex } from '@sestina/message-index';
import { MultiUserChat } from '@sestina/xep-0045';
import { MessageCarbons } from '@sestina/xep-0280';
import { type MessageCorrected, MessageCorrection } from '@sestina/xep-0308';
import { MessageArchive } from '@sestina/xep-0313';
import { OccupantIds } from '@sestina/xep-0421';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('corrections over %s', (kind) => {
  const bench = useServer({ kind, archive: true });

  function correcting(client: ClientXMPP): MessageCorrected[] {
    const heard: MessageCorrected[] = [];
    client.use(MemoryMessageIndex);
    client.use(MessageCorrection);
    client.on('messageCorrected', (corrected) => heard.push(corrected));
    return heard;
  }

  const inShort = (heard: readonly MessageCorrected[]): unknown[] =>
    heard.map(({ message, original, verified, source }) => [message.body, verified && original?.id, source]);

  it('are heard by the other side, by our other device, and once more out of the archive', async () => {
    const [user, other] = [await bench.account(), await bench.account()];
    const [me, second, peer] = await Promise.all([bench.online(user), bench.online(user), bench.online(other)]);
    second.use(MessageCarbons, { auto: false });
    await second.plugin(MessageCarbons).enable();
    const [, atSecond, atPeer] = [me, second, peer].map(correcting);
    for (const client of [me, second, peer]) client.sendPresence();
    await peer.getRoster();
    const message = me.message({ to: other.jid, type: 'chat', body: 'airlock', id: `first${kind}` });
    message.send();
    me.plugin(MessageCorrection).correct(message, 'window');
    await expect.poll(() => inShort(atPeer ?? [])).toEqual([['window', `first${kind}`, 'stream']]);
    await expect.poll(() => inShort(atSecond ?? [])).toEqual([['window', `first${kind}`, 'carbon']]);

    // Newest first: the correction comes before what it corrects.
    const later = await bench.online(other);
    const atLater = correcting(later);
    for await (const _ of later.use(MessageArchive).query({ direction: 'backward', deliver: true }));
    await expect.poll(() => inShort(atLater)).toContainEqual(['window', `first${kind}`, 'archive']);
  });

  it('in a room are verified in one stay, and over two where the room knows occupants', async () => {
    const [host, guest] = [await bench.online(), await bench.online()];
    const heard = correcting(host);
    const config = kind === 'ejabberd' ? { mam: true } : {};
    const room = await host.use(MultiUserChat).create(`corrected@${bench.server.hosts.muc}`, config, { nick: 'host' });
    host.use(OccupantIds);
    await host.plugin(MultiUserChat).info(room.jid);
    correcting(guest);
    guest.use(OccupantIds);
    const muc = guest.plugin(MultiUserChat);
    const other = await muc.join(room.jid, { nick: 'guest' });
    const first = await other.send('airlock').reflected;
    guest.plugin(MessageCorrection).correct(first, 'window');
    await expect.poll(() => heard.map(({ verified, message }) => [verified, message.body])).toEqual([[true, 'window']]);
    await other.leave();
    await muc.join(room.jid, { nick: 'guest' });
    guest.plugin(MessageCorrection).correct(first, 'balcony');
    await expect.poll(() => heard.length).toBe(2);
    // The host founds the room and sees real addresses: these prove it where there are no occupant ids.
    expect(heard[1]).toMatchObject({ verified: true, original: { id: first.id } });
  });
});
