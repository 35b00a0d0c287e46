import type { ClientXMPP } from '@sestina/client';
import { parseDocument } from '@sestina/core';
import { type ArchivedMessage, MessageArchive } from '@sestina/xep-0313';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('the archive of %s', (kind) => {
  const bench = useServer({ kind, archive: true });

  const all = async (items: AsyncIterable<ArchivedMessage>): Promise<ArchivedMessage[]> => {
    const found: ArchivedMessage[] = [];
    for await (const item of items) found.push(item);
    return found;
  };
  const bodies = (found: readonly ArchivedMessage[]): unknown[] => found.map(({ message }) => message?.body);

  /** Two accounts that have talked, one after the other. */
  async function talked(count: number, body = (index: number): string => `m${index}`) {
    const [user, peerUser] = await Promise.all([bench.account(), bench.account()]);
    const [me, peer] = await Promise.all([bench.online(user), bench.online(peerUser)]);
    const archive = me.use(MessageArchive);
    for (const client of [me, peer]) client.sendPresence();
    const bodies = Array.from({ length: count }, (_, index) => body(index));
    for (const [index, text] of bodies.entries()) {
      const [from, to] = index % 2 === 0 ? [me, peer] : [peer, me];
      await said(from, to, text);
    }
    return { me, peer, archive, bodies, user, other: peerUser.jid };
  }

  /** Says something, and waits until it was heard: so that it is in the archive before what follows. */
  async function said(from: ClientXMPP, to: ClientXMPP, body: string): Promise<void> {
    const heard = to.wait('message');
    from.sendMessage({ to: to.boundJid, type: 'chat', body });
    await heard;
  }

  it('is read in both directions, by pages, and no further than is needed', async () => {
    const { me, archive, bodies: expected, other } = await talked(120);
    const found = await all(archive.query());
    expect(bodies(found)).toEqual(expected);
    expect(bodies(await all(archive.query({ direction: 'backward', pageSize: 20 })))).toEqual([...expected].reverse());
    for (const [index, { message, sentAt, archive: whose }] of found.entries()) {
      expect(message?.context).toMatchObject({ source: 'archive', way: index % 2 === 0 ? 'out' : 'in', history: true });
      expect([message?.context.peer.full, whose.full]).toEqual([other, me.account.full]);
      expect(Math.abs((sentAt?.getTime() ?? 0) - Date.now())).toBeLessThan(120_000);
    }
    let queries = 0;
    me.onWritten(() => {
      queries += 1;
    });
    const some: ArchivedMessage[] = [];
    for await (const each of archive.query()) if (some.push(each) === 10) break;
    expect([bodies(some), queries]).toEqual([expected.slice(0, 10), 1]);
  });

  it('is filtered by time, by peer and by id', async () => {
    const { me, peer, archive, other } = await talked(6);
    const third = await bench.online();
    third.sendPresence();
    await said(third, me, 'from somebody else');
    expect(bodies(await all(archive.query({ with: other })))).toHaveLength(6);
    const found = await all(archive.query());
    expect(found).toHaveLength(7);
    const [, , from] = found;
    expect(bodies(await all(archive.query({ start: from?.sentAt as Date, limit: 1 })))).toHaveLength(1);
    expect(bodies(await all(archive.query({ end: new Date(0) })))).toEqual([]);
    expect(bodies(await all(archive.query({ afterId: found[4]?.id as string })))).toEqual(['m5', 'from somebody else']);
    const before = archive.query({ beforeId: found[2]?.id as string, direction: 'backward' });
    expect(bodies(await all(before))).toEqual(['m1', 'm0']);
    expect(peer.online).toBe(true);
  });

  it('tells where a message is gone at which it was to go on', async () => {
    const { archive } = await talked(2);
    for (const filter of [{ afterId: 'no-such-id' }, { beforeId: 'no-such-id', direction: 'backward' }] as const) {
      const page = archive.page(filter);
      if (kind === 'prosody')
        await expect(page).rejects.toMatchObject({ uid: 'no-such-id', code: 'ERR_ARCHIVE_CURSOR' });
      // It takes an id that it never gave for none: what comes is too much, and nothing is missing.
      else expect(bodies((await page).messages)).toEqual(['m0', 'm1']);
    }
  });

  it('says from when to when it is, and has what it says that it can', async () => {
    const { archive } = await talked(4);
    const found = await all(archive.query());
    const metadata = await archive.metadata();
    expect([metadata?.start.id, metadata?.end.id]).toEqual([found[0]?.id, found[3]?.id]);
    const { extended } = await archive.features();
    const ids = found.slice(1, 3).map(({ id }) => id);
    if (extended) {
      expect(bodies(await archive.get(ids))).toEqual(['m1', 'm2']);
      const between = archive.query({ afterId: found[0]?.id as string, beforeId: found[3]?.id as string });
      expect(bodies(await all(between))).toEqual(['m1', 'm2']);
      const came: string[] = [];
      const filter = { direction: 'backward', pageSize: 3, flip: true } as const;
      const flipped = await archive.page(filter, { arrived: ({ id }) => void came.push(id) });
      expect(bodies(flipped.messages)).toEqual(['m3', 'm2', 'm1']);
      expect(came).toEqual(flipped.messages.map(({ id }) => id));
      expect([flipped.first, flipped.last].sort()).toEqual([found[1]?.id, found[3]?.id].sort());
      // It should be an error, and this server gives nothing instead.
      expect(await archive.get(['no-such-id'])).toEqual([]);
    } else {
      await expect(archive.get(ids)).rejects.toMatchObject({ code: 'ERR_ARCHIVE_FEATURE' });
    }
    expect((await archive.fields()).field('with')).toBeDefined();
    const empty = (await bench.online()).use(MessageArchive);
    expect(await empty.metadata()).toBeUndefined();
  });

  it('is handed to those who listen to archives', async () => {
    const { me, archive, bodies: expected } = await talked(5);
    const heard: unknown[] = [];
    me.onMessage(({ body }) => heard.push(body), { sources: ['archive'] });
    me.on('message', () => heard.push('event'));
    await all(archive.query({ deliver: true }));
    expect(heard).toEqual(expected);
  });

  it('takes no result from a contact, which is no message either', async () => {
    const { me, peer, archive } = await talked(1);
    const heard: unknown[] = [];
    me.onMessage(({ body }) => heard.push(body), { sources: ['stream', 'archive', 'carbon', 'history'] });
    const forged = `<message xmlns='jabber:client' to='${me.boundJid}' type='chat'><result xmlns='urn:xmpp:mam:2' queryid='q' id='1'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='boss@localhost' to='${me.boundJid}'><body>pay</body></message></forwarded></result></message>`;
    peer.send(parseDocument(forged));
    peer.sendMessage({ to: me.boundJid, type: 'chat', body: 'behind it' });
    await expect.poll(() => heard).toEqual(['behind it']);
    expect(bodies(await all(archive.query())).filter((body) => body === 'pay')).toEqual([]);
    expect(me.messages.dropped).toBe(1);
  });

  it('catches up: what was missed, what comes meanwhile, each once and in its order', async () => {
    const { me, peer, user, other, archive } = await talked(2);
    const { last } = await archive.catchUp({ since: new Date(0) });
    await me.dispose();
    const missed = Array.from({ length: 70 }, (_, index) => `missed ${index}`);
    for (const body of missed) peer.sendMessage({ to: user.jid, type: 'chat', body });
    await peer.getRoster();

    const again = await bench.online(user);
    const heard: [body: string | undefined, source: string, id: string | undefined][] = [];
    const late = again.use(MessageArchive);
    again.onMessage(({ body, context }) => heard.push([body, context.source, context.archiveId]), {
      sources: ['stream', 'archive'],
    });
    const live = Array.from({ length: 30 }, (_, index) => `live ${index}`);
    const work = late.catchUp({ after: last as string, pageSize: 10 });
    for (const body of live) peer.sendMessage({ to: again.boundJid, type: 'chat', body });
    const found = await work;
    await expect.poll(() => heard.length).toBeGreaterThanOrEqual(100);
    // The offline store and the archive have the same ones, so that presence brings nothing new.
    again.sendPresence();
    await again.getRoster();
    peer.sendMessage({ to: again.boundJid, type: 'chat', body: 'the last' });
    await expect.poll(() => heard.at(-1)?.[0]).toBe('the last');
    expect(heard.map(([body]) => body)).toEqual([...missed, ...live, 'the last']);
    expect(heard.every(([, , id]) => id !== undefined)).toBe(true);
    expect(new Set(heard.map(([, , id]) => id)).size).toBe(heard.length);
    expect(found).toMatchObject({ complete: true, restarted: false });
    expect(other).toBeDefined();
    const nothing = await late.catchUp({ after: heard.at(-1)?.[2] as string });
    expect(nothing).toMatchObject({ delivered: 0, complete: true });
  });

  it('with two megabytes is read', async () => {
    const { archive, bodies: expected } = await talked(20, (index) => `${index} `.padEnd(100_000, 'x'));
    const found = await all(archive.query({ pageSize: 1_000 }));
    expect(bodies(found)).toEqual(expected);
  });

  it('of a room is that of its occupants, and not of those who are not let in', async () => {
    const [me, stranger] = await Promise.all([bench.online(), bench.online()]);
    const room = `room${Date.now()}@${bench.server.hosts.muc}`;
    const archive = me.use(MessageArchive);
    const enter = `<presence xmlns='jabber:client' to='${room}/witch'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;
    const entered = me.wait('presence');
    me.send(parseDocument(enter));
    await entered;
    const archiving = kind === 'ejabberd' ? `<field var='mam'><value>1</value></field>` : '';
    const configure = `<iq xmlns='jabber:client' type='set' to='${room}' id='own'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field><field var='muc#roomconfig_membersonly'><value>1</value></field>${archiving}</x></query></iq>`;
    await me.request(me.stanzaOf(parseDocument(configure)) as never);
    for (const body of ['Thrice the brinded cat', 'Thrice and once']) {
      const back = me.wait('message');
      me.sendMessage({ to: room, type: 'groupchat', body });
      await back;
    }
    const found = (await all(archive.query({ archive: room }))).filter(({ message }) => message?.body);
    expect(bodies(found)).toEqual(['Thrice the brinded cat', 'Thrice and once']);
    const { kind: what, peer, author, by } = found[0]?.message?.context ?? {};
    expect([what, peer?.full, author?.jid.full, by?.full]).toEqual(['room', room, `${room}/witch`, room]);
    await expect(all(stranger.use(MessageArchive).query({ archive: room }))).rejects.toMatchObject({
      code: 'ERR_ARCHIVE_FORBIDDEN',
    });
  });
});
