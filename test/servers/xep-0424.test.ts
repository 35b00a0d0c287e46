import type { ClientXMPP } from '@sestina/client';
import { JID, type Message } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { MultiUserChat } from '@sestina/xep-0045';
import { MessageArchive } from '@sestina/xep-0313';
import { StanzaIds } from '@sestina/xep-0359';
import { OccupantIds } from '@sestina/xep-0421';
import { type MessageRetracted, MessageRetraction } from '@sestina/xep-0424';
import { MessageReactions, type ReactionsChanged } from '@sestina/xep-0444';
import { MessageReplies } from '@sestina/xep-0461';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('messages about messages over %s', (kind) => {
  const bench = useServer({ kind, archive: true });

  /** What a client hears of retractions and reactions. */
  function listening(client: ClientXMPP) {
    const [retracted, reacted, messages]: [MessageRetracted[], ReactionsChanged[], Message[]] = [[], [], []];
    client.use(MemoryMessageIndex);
    for (const plugin of [MessageRetraction, MessageReactions, MessageReplies] as const) client.use(plugin);
    client.on('messageRetracted', (each) => retracted.push(each));
    client.on('reactionsChanged', (each) => reacted.push(each));
    client.on('message', (each) => messages.push(each));
    return { retracted, reacted, messages };
  }

  it('are heard live, and by who catches up, in both directions', async () => {
    const [user, other] = [await bench.account(), await bench.account()];
    const [me, peer] = await Promise.all([bench.online(user), bench.online(other)]);
    const [, atPeer] = [listening(me), listening(peer)];
    for (const client of [me, peer]) client.sendPresence();
    await peer.getRoster();
    const message = me.message({ to: other.jid, type: 'chat', body: 'one', id: `one${kind}` });
    message.send();
    const kept = me.message({ to: other.jid, type: 'chat', body: 'two', id: `two${kind}` });
    kept.send();
    await expect.poll(() => atPeer.messages.length).toBe(2);
    peer.plugin(MessageReactions).react(atPeer.messages[1] as Message, ['👋', '🐢']);
    const answer = me.wait('message');
    peer.plugin(MessageReplies).reply(atPeer.messages[1] as Message, 'yes');
    const reply = await answer;
    expect(await me.plugin(MessageReplies).target(reply)).toMatchObject({
      id: `two${kind}`,
      way: 'out',
      claimed: false,
    });
    expect([me.plugin(MessageReplies).text(reply), reply.body]).toEqual(['yes', '> two\nyes']);
    me.plugin(MessageRetraction).retract(message);
    await expect
      .poll(() => atPeer.retracted.map(({ verified, facts }) => [verified, facts?.id]))
      .toEqual([[true, `one${kind}`]]);

    for (const direction of ['forward', 'backward'] as const) {
      const late = await bench.online(other);
      const heard = listening(late);
      for await (const _ of late.use(MessageArchive).query({ direction, deliver: true }));
      const index = late.plugin(MemoryMessageIndex);
      const facts = await index.find(JID.parse(user.jid), `two${kind}`);
      await expect.poll(() => [...(facts ? late.plugin(MessageReactions).mine(facts) : [])]).toEqual(['👋', '🐢']);
      await expect.poll(() => heard.retracted.at(-1)?.facts?.id).toBe(`one${kind}`);
      await late.dispose();
    }
  });

  it('in a room refer to what the room calls a message', async () => {
    const [host, guest] = [await bench.online(), await bench.online()];
    const heard = listening(host);
    const config = kind === 'ejabberd' ? { mam: true } : {};
    const room = await host.use(MultiUserChat).create(`about@${bench.server.hosts.muc}`, config, { nick: 'host' });
    host.use(OccupantIds);
    await host.plugin(MultiUserChat).info(room.jid);
    const atGuest = listening(guest);
    guest.use(OccupantIds);
    const other = await guest.plugin(MultiUserChat).join(room.jid, { nick: 'guest' });
    for (const client of [host, guest]) expect(await client.plugin(StanzaIds).ready(room.jid)).toBe(true);
    const atHost = room.wait('message');
    const said = await other.send('one').reflected;
    const archiveId = said.context.archiveId as string;
    expect((await atHost).context.archiveId).toBe(archiveId);
    const facts = await host.plugin(MemoryMessageIndex).find(room.jid, archiveId);
    expect(facts?.archiveId).toBe(archiveId);
    host.plugin(MessageReactions).react(facts as never, ['👍']);
    await expect.poll(() => atGuest.reacted.map(({ now, verified }) => [now, verified])).toEqual([[['👍'], true]]);
    await expect.poll(() => heard.reacted.length).toBe(1);
    guest.plugin(MessageRetraction).retract(said);
    await expect
      .poll(() => heard.retracted.map(({ verified, facts: found }) => [verified, found?.key]))
      .toEqual([[true, facts?.key]]);
    // Nobody reacts to what was taken back.
    expect(host.plugin(MessageReactions).of(facts as never).size).toBe(0);
  });
});
