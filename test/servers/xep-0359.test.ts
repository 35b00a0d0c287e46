import { type Message, XmlElement } from '@sestina/core';
import { MessageArchive } from '@sestina/xep-0313';
import { StanzaIds } from '@sestina/xep-0359';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('stanza ids of %s', (kind) => {
  const bench = useServer({ kind, archive: true });

  it('are the same in the message that came and in the archive, and forged ones are taken away', async () => {
    const [me, peer] = await Promise.all([bench.online(), bench.online()]);
    const archive = me.use(MessageArchive);
    const ids = me.plugin(StanzaIds);
    expect(await ids.ready()).toBe(true);
    for (const client of [me, peer]) client.sendPresence();
    const heard: Message[] = [];
    me.onMessage((message) => heard.push(message));
    const forged = peer.message({ to: me.boundJid, type: 'chat', body: 'forged' });
    forged.xml.append(new XmlElement('stanza-id', 'urn:xmpp:sid:0', { by: me.account.full, id: 'mine' }));
    for (const body of ['one', 'two']) peer.sendMessage({ to: me.boundJid, type: 'chat', body });
    forged.send();
    await expect.poll(() => heard.length).toBe(3);
    const live = heard.map((message) => [message.body, ids.archiveId(message)]);
    const kept: unknown[] = [];
    for await (const each of archive.query()) kept.push([each.message?.body, each.id]);
    expect(live.slice(0, 2)).toEqual(kept.slice(0, 2));
    // Prosody leaves the forged one in beside its own: of two by the same archive none is believed.
    expect([kept[2], ['forged', undefined]]).toContainEqual(live[2]);
    // What we call it comes through.
    peer.use(StanzaIds);
    peer.sendMessage({ to: me.boundJid, type: 'chat', body: 'three', id: 'mine-3' });
    await expect.poll(() => heard.at(-1)?.originId).toBe('mine-3');
  });
});
