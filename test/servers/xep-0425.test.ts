import type { ClientXMPP } from '@sestina/client';
import { MemoryMessageIndex } from '@sestina/message-index';
import { MultiUserChat } from '@sestina/xep-0045';
import { MessageArchive } from '@sestina/xep-0313';
import { StanzaIds } from '@sestina/xep-0359';
import { type MessageModerated, MessageModeration } from '@sestina/xep-0425';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';

// Debian's ejabberd does not know moderation.
describe('moderation on prosody', () => {
  const bench = useServer({ kind: 'prosody', archive: true });

  function moderating(client: ClientXMPP): MessageModerated[] {
    const heard: MessageModerated[] = [];
    client.use(MemoryMessageIndex);
    client.use(MessageModeration);
    client.on('messageModerated', (moderated) => heard.push(moderated));
    return heard;
  }

  it('takes back what somebody has said, for all who are there, and in the archive', async () => {
    const [host, guest] = [await bench.online(), await bench.online()];
    const [atHost, atGuest] = [host, guest].map(moderating);
    const room = await host.plugin(MultiUserChat).create(`moderated@${bench.server.hosts.muc}`, {}, { nick: 'host' });
    const other = await guest.plugin(MultiUserChat).join(room.jid, { nick: 'guest' });
    for (const client of [host, guest]) expect(await client.plugin(StanzaIds).ready(room.jid)).toBe(true);
    const said = room.wait('message');
    const own = await other.send('spam').reflected;
    const message = await said;
    const [moderation, facts] = [host.plugin(MessageModeration), host.plugin(MemoryMessageIndex).note(message)];
    // The room was not there yet when it was to be asked before it was entered.
    await host.plugin(MultiUserChat).info(room.jid);
    expect(moderation.supported(room)).toBe(0);
    await expect(guest.plugin(MessageModeration).retract(other, own)).rejects.toMatchObject({ reason: 'forbidden' });
    await moderation.retract(room, message, 'no potions');
    for (const heard of [atHost, atGuest]) {
      await expect
        .poll(() => heard?.map(({ reason, by }) => [reason, by?.jid.resource]))
        .toEqual([['no potions', 'host']]);
      expect(heard?.[0]?.facts?.archiveId).toBe(facts.archiveId);
    }

    const late = await bench.online();
    const atLate = moderating(late);
    await late.plugin(MultiUserChat).join(room.jid, { nick: 'late' });
    const archive = late.use(MessageArchive);
    for await (const _ of archive.query({ archive: room.jid, deliver: true }));
    await expect
      .poll(() => atLate.map(({ tombstone, reason }) => [tombstone, reason]))
      .toContainEqual([true, 'no potions']);
    expect(atLate.find(({ tombstone }) => tombstone)?.facts?.archiveId).toBe(facts.archiveId);
  });
});
