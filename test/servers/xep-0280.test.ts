import type { ClientXMPP } from '@sestina/client';
import { type Message, type MessageContext, parseDocument } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { MultiUserChat } from '@sestina/xep-0045';
import { DeliveryReceipts } from '@sestina/xep-0184';
import { DelayedDelivery } from '@sestina/xep-0203';
import { MessageCarbons } from '@sestina/xep-0280';
import { MessageCorrection } from '@sestina/xep-0308';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('carbons of %s', (kind) => {
  const bench = useServer({ kind });

  /** Two resources of one account and one peer, all of them there. */
  async function three() {
    const [user, peerUser] = await Promise.all([bench.account(), bench.account()]);
    const clients = [
      bench.client({ jid: `${user.jid}/phone`, password: user.password }),
      bench.client({ jid: `${user.jid}/desk`, password: user.password }),
      bench.client({ jid: peerUser.jid, password: peerUser.password }),
    ] as const;
    for (const client of clients) {
      client.use(DelayedDelivery);
      if (client !== clients[2]) client.use(MessageCarbons);
    }
    await Promise.all(clients.map((client) => client.connect()));
    const [phone, desk, peer] = clients;
    for (const client of [phone, desk]) {
      if (!client.plugin(MessageCarbons).enabled) await client.wait('carbonsChanged');
      client.sendPresence({ priority: 1 });
    }
    peer.sendPresence();
    await Promise.all(clients.map((client) => client.getRoster()));
    return { phone, desk, peer, account: user.jid, other: peerUser.jid };
  }

  const listen = (client: ClientXMPP) => {
    const heard = { plain: [] as Message[], copies: [] as Message[] };
    client.onMessage((message) => heard.plain.push(message));
    client.onMessage((message) => heard.copies.push(message), { sources: ['carbon'] });
    return heard;
  };

  const said = ({ body, context }: Message): unknown[] => {
    const { way, source, peer, author, by }: MessageContext = context;
    return [body, way, source, peer.full, author.jid.full, by?.full];
  };

  it('show both directions of a conversation on the other device, in order, and nobody answers them', async () => {
    const { phone, desk, peer, account, other } = await three();
    const [onPhone, onDesk, onPeer] = [phone, desk, peer].map(listen) as [
      ReturnType<typeof listen>,
      ReturnType<typeof listen>,
      ReturnType<typeof listen>,
    ];
    const before = Date.now();
    // A bot on the other device: it must not answer what was answered here.
    desk.on('message', (message) => message.reply('from the desk').send());
    peer.on('message', (message) => {
      if (message.body === 'ping') message.reply('pong').send();
    });
    phone.sendMessage({ to: other, type: 'chat', body: 'ping' });
    await expect.poll(() => onDesk.copies.length).toBe(2);
    expect(onDesk.copies.map(said)).toEqual([
      ['ping', 'out', 'carbon', other, account, account],
      ['pong', 'in', 'carbon', other, other, account],
    ]);
    for (const { context } of onDesk.copies) {
      expect(context.sentAt?.getTime()).toBeGreaterThanOrEqual(before - 2_000);
      expect(context.sentAt?.getTime()).toBeLessThanOrEqual(Date.now() + 2_000);
    }
    expect(onDesk.plain).toEqual([]);
    await expect.poll(() => onPhone.plain.map(({ body }) => body)).toEqual(['pong']);
    await Promise.all([desk, peer, phone].map((client) => client.getRoster()));
    expect(onPeer.plain.map(({ body }) => body)).toEqual(['ping']);
  });

  it('of receipts and corrections are taken for what they are by who reads these', async () => {
    const { phone, desk, peer, other } = await three();
    for (const client of [phone, desk]) {
      client.use(MemoryMessageIndex);
      client.use(DeliveryReceipts);
      client.use(MessageCorrection);
    }
    peer.use(DeliveryReceipts, { answer: 'everybody' });
    const receipts: unknown[] = [];
    desk.on('receiptReceived', ({ id, source, facts }) => receipts.push([id, source, facts?.way]));
    const corrected: unknown[] = [];
    desk.on('messageCorrected', ({ message, original, verified }) =>
      corrected.push([message.body, message.context.source, original?.id, verified]),
    );
    const message = phone.message({ to: other, type: 'chat', body: 'airlock' });
    await message.send();
    await expect.poll(() => receipts, { timeout: 30_000 }).toEqual([[message.id, 'carbon', 'out']]);
    await phone.plugin(MessageCorrection).correct(message, 'window');
    await expect.poll(() => corrected, { timeout: 30_000 }).toEqual([['window', 'carbon', message.id, true]]);
  });

  it('of whispers in a room make none of them told twice, or as those of a contact', async () => {
    const { phone, desk, peer } = await three();
    const jid = `carbons@${bench.server.hosts.muc}`;
    for (const client of [phone, desk, peer]) {
      client.use(MemoryMessageIndex);
      client.use(MultiUserChat);
    }
    const theirs = await peer.plugin(MultiUserChat).join(jid, { nick: 'peer', create: 'instant' });
    const onPhone = await phone.plugin(MultiUserChat).join(jid, { nick: 'me' });
    // One server has one nick for all devices of an account, the other one for each.
    const nick = kind === 'prosody' ? 'me' : 'me too';
    const onDesk = await desk.plugin(MultiUserChat).join(jid, { nick });
    const heard: unknown[] = [];
    onDesk.on('whisper', ({ body, context }) => heard.push([body, context.way]));
    const copies: unknown[] = [];
    for (const client of [phone, desk]) {
      client.onMessage(({ context }) => copies.push(context.kind), { sources: ['carbon'], type: ['chat', 'normal'] });
    }
    const atPeer: unknown[] = [];
    theirs.on('whisper', ({ body }) => atPeer.push(body));
    await onPhone.whisper('peer', 'psst');
    await expect.poll(() => atPeer, { timeout: 30_000 }).toEqual(['psst']);
    await theirs.whisper(nick, 'what?');
    await expect.poll(() => heard, { timeout: 30_000 }).toContainEqual(['what?', 'in']);
    await Promise.all([desk, peer, phone].map((client) => client.getRoster()));
    expect(heard.filter((each) => JSON.stringify(each).includes('what?'))).toHaveLength(1);
    expect(heard.filter((each) => JSON.stringify(each).includes('psst')).length).toBeLessThanOrEqual(1);
    expect(copies.filter((each) => each !== 'private')).toEqual([]);
    await theirs.destroy();
  });

  it('are not made of a message that says so', async () => {
    const { phone, desk, other } = await three();
    const onDesk = listen(desk);
    phone.sendMessage({ to: other, type: 'chat', body: 'for you alone', noCarbons: true });
    phone.sendMessage({ to: other, type: 'chat', body: 'for all' });
    await expect.poll(() => onDesk.copies.map(({ body }) => body)).toEqual(['for all']);
  });

  it('of somebody else are never believed', async () => {
    const { phone, desk, peer, account, other } = await three();
    const onDesk = listen(desk);
    const forged = `<message xmlns='jabber:client' from='boss@${bench.server.domain}' to='${account}' type='chat'><body>pay</body></message>`;
    const wrap = (name: string): string =>
      `<message xmlns='jabber:client' to='${desk.boundJid}' type='chat'><${name} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${forged}</forwarded></${name}></message>`;
    for (const sender of [peer, phone]) {
      for (const name of ['received', 'sent']) sender.send(parseDocument(wrap(name)));
    }
    // Behind them in the same queues.
    await Promise.all([peer, phone].map((client) => client.getRoster()));
    peer.sendMessage({ to: desk.boundJid, type: 'chat', body: 'from me' });
    await expect.poll(() => onDesk.plain.map(({ body }) => body)).toEqual(['from me']);
    expect(onDesk.copies.filter(({ body }) => body === 'pay')).toEqual([]);
    expect(desk.messages.dropped).toBeGreaterThanOrEqual(2);
    expect(bench.takeComplaints()).toEqual([expect.stringContaining('a forged or broken copy')]);
    expect(other).toBeDefined();
  });

  it('end when they are disabled', async () => {
    const { phone, desk, other } = await three();
    const onDesk = listen(desk);
    await desk.plugin(MessageCarbons).disable();
    phone.sendMessage({ to: other, type: 'chat', body: 'one' });
    await phone.getRoster();
    await desk.plugin(MessageCarbons).enable();
    phone.sendMessage({ to: other, type: 'chat', body: 'two' });
    await expect.poll(() => onDesk.copies.map(({ body }) => body)).toEqual(['two']);
  });
});
