import type { ClientXMPP } from '@sestina/client';
import type { Message } from '@sestina/core';
import { MultiUserChat, type Room, RoomJoinError } from '@sestina/xep-0045';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('rooms on %s', (kind) => {
  const bench = useServer({ kind });
  let rooms = 0;

  const address = (name = 'room'): string => {
    rooms += 1;
    return `${name}${rooms}@${bench.server.hosts.muc}`;
  };

  async function guest(options = {}): Promise<{ client: ClientXMPP; muc: MultiUserChat }> {
    const client = await bench.online();
    return { client, muc: client.use(MultiUserChat, options) };
  }

  /** The rooms that the service lists. */
  async function listed(muc: MultiUserChat): Promise<string[]> {
    const found: string[] = [];
    for await (const { jid } of muc.list(bench.server.hosts.muc)) found.push(`${jid}`);
    return found;
  }

  /** Two clients in one room. */
  async function two(options = {}): Promise<{ romeo: Room; juliet: Room }> {
    const [first, second] = [await guest(), await guest()];
    const jid = address();
    const romeo = await first.muc.join(jid, { nick: 'romeo', create: 'instant', ...options });
    const juliet = await second.muc.join(jid, { nick: 'juliet', ...options });
    if (!romeo.occupants.has('juliet')) await romeo.wait('occupantJoined');
    return { romeo, juliet };
  }

  it('two clients enter, see each other and talk', async () => {
    const { romeo, juliet } = await two();
    expect([...juliet.occupants.keys()].sort()).toEqual(['juliet', 'romeo']);
    expect(juliet.me).toMatchObject({ nick: 'juliet', affiliation: 'none' });
    expect(romeo.me).toMatchObject({ nick: 'romeo', affiliation: 'owner', role: 'moderator' });
    expect(romeo.occupants.get('juliet')?.realJid?.domain).toBe(bench.server.domain);
    const heard = juliet.wait('message');
    const reflected = await romeo.send('Shall I hear more?').reflected;
    expect(reflected).toMatchObject({ body: 'Shall I hear more?' });
    expect(reflected.context).toMatchObject({ way: 'out', kind: 'room', history: false });
    const message = await heard;
    expect(message).toMatchObject({ body: 'Shall I hear more?', type: 'groupchat' });
    expect(message.context.author.jid.resource).toBe('romeo');
  });

  it('history is marked as what it is, and the subject is known', async () => {
    const first = await guest();
    const jid = address();
    const romeo = await first.muc.join(jid, { nick: 'romeo', create: 'instant' });
    await romeo.setSubject('Balcony');
    await romeo.send('one').reflected;
    await romeo.send('two').reflected;
    const second = await guest();
    const raised: Message[] = [];
    second.client.on('message', (message) => void raised.push(message));
    const juliet = await second.muc.join(jid, { nick: 'juliet' });
    const told: [string | undefined, boolean][] = [];
    juliet.on('message', (message) => void told.push([message.body, message.context.history]));
    expect(juliet.subject).toBe('Balcony');
    await romeo.send('three').reflected;
    await expect
      .poll(() => told, { timeout: 10_000 })
      .toEqual([
        ['one', true],
        ['two', true],
        ['three', false],
      ]);
    expect(raised.map(({ body }) => body)).toEqual(['three']);
    const changed = juliet.wait('subject');
    await romeo.setSubject('');
    expect((await changed).subject).toBe('');
  });

  it('whispers go to one alone', async () => {
    const { romeo, juliet } = await two();
    const whisper = juliet.wait('whisper');
    romeo.whisper('juliet', 'psst');
    const message = await whisper;
    expect(message).toMatchObject({ body: 'psst', type: 'chat' });
    expect(message.context).toMatchObject({ kind: 'private' });
    expect(message.context.peer.toString()).toBe(`${juliet.jid}/romeo`);
  });

  it('nicks: a conflict, a way out of it, a change', async () => {
    const { romeo, juliet } = await two();
    const third = await guest();
    const refused = await third.muc.join(romeo.jid, { nick: 'romeo' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RoomJoinError);
    expect(refused).toMatchObject({ reason: 'conflict', retryable: false });
    const other = await third.muc.join(romeo.jid, { nick: 'romeo', onConflict: (nick) => `${nick}_` });
    expect(other.nick).toBe('romeo_');
    const seen = romeo.wait('nickChanged');
    await juliet.changeNick('Juliet');
    expect(juliet.nick).toBe('Juliet');
    expect(juliet.me?.nick).toBe('Juliet');
    expect(await seen).toMatchObject({ occupant: { nick: 'Juliet' }, previous: { nick: 'juliet' }, own: false });
    await expect(juliet.changeNick('romeo')).rejects.toMatchObject({ code: 'ERR_ROOM', reason: 'conflict' });
    expect([...romeo.occupants.keys()].sort()).toEqual(['Juliet', 'romeo', 'romeo_']);
    const reflected = await juliet.send('it is I').reflected;
    expect(reflected.from?.resource).toBe('Juliet');
  });

  it('leaving is told to the others, with the word of farewell', async () => {
    const { romeo, juliet } = await two();
    const left = romeo.wait('occupantLeft');
    const own = juliet.wait('left');
    await juliet.leave({ status: 'good night' });
    expect(await own).toMatchObject({ reason: 'self' });
    expect(await left).toMatchObject({ reason: 'self', text: 'good night', occupant: { nick: 'juliet' } });
    expect(juliet.state).toBe('left');
    await expect(Promise.resolve(juliet.send('?'))).rejects.toMatchObject({ code: 'ERR_NOT_IN_ROOM' });
  });

  it('a room that is not there is not founded by mistake', async () => {
    const { muc } = await guest();
    const jid = address();
    await expect(muc.join(jid, { nick: 'romeo' })).rejects.toMatchObject({ reason: 'not-found' });
    expect([...muc.rooms]).toEqual([]);
    await expect.poll(() => listed(muc), { timeout: 10_000 }).not.toContain(jid);
  });

  it('rooms are found, and say what they are', async () => {
    const { romeo } = await two();
    const { muc } = await guest();
    expect((await muc.services()).map(String)).toEqual([bench.server.hosts.muc]);
    expect(await listed(muc)).toContain(`${romeo.jid}`);
    expect(await muc.info(romeo.jid)).toMatchObject({
      passwordProtected: false,
      membersOnly: false,
      nonAnonymous: false,
    });
  });

  it('after a restart of the server we are in again, as the same object', async () => {
    const { client, muc } = await guest();
    const room = await muc.join(address(), { nick: 'romeo', create: 'instant' });
    const unreachable = room.wait('unreachable');
    const again = room.wait('joined');
    await bench.server.restart('TERM');
    await unreachable;
    expect(await again).toMatchObject({ again: true });
    expect(client.online).toBe(true);
    expect(room).toMatchObject({ state: 'joined', nick: 'romeo' });
    expect(muc.room(room.jid)).toBe(room);
    expect((await room.send('again').reflected).body).toBe('again');
  });

  it('a component is in a room with a hundred puppets', async () => {
    const component = bench.component({ jid: bench.server.component.domains[1] ?? '' });
    const muc = component.use(MultiUserChat, { joinRate: 1_000 });
    await component.connect();
    const { domain } = component.requestedJid;
    const jid = address();
    const observer = await muc.join(jid, { from: `observer@${domain}`, nick: 'observer', create: 'instant' });
    const names = Array.from({ length: 100 }, (_, index) => `puppet${index}`);
    const puppets = await Promise.all(
      names.map((name) => muc.join(jid, { from: `${name}@${domain}`, nick: name, track: 'self' })),
    );
    await expect.poll(() => observer.occupants.size, { timeout: 10_000 }).toBe(101);
    expect(puppets.map(({ occupants }) => occupants.size)).toEqual(names.map(() => 1));
    const heard: string[] = [];
    observer.on('message', ({ body, context }) => void heard.push(`${context.author.jid.resource} ${body}`));
    await Promise.all(puppets.slice(0, 10).map((puppet) => puppet.send('hello').reflected));
    const all = names.slice(0, 10).map((name) => `${name} hello`);
    await expect.poll(() => [...heard].sort(), { timeout: 10_000 }).toEqual(all);
    expect((await observer.send('done').reflected).context.way).toBe('out');
  });

  it('removing the plugin leaves the rooms', async () => {
    const { romeo } = await two();
    const { client, muc } = await guest();
    const benvolio = await muc.join(romeo.jid, { nick: 'benvolio' });
    const left = romeo.wait('occupantLeft');
    client.remove(MultiUserChat);
    expect(await left).toMatchObject({ occupant: { nick: 'benvolio' } });
    expect(benvolio.state).toBe('left');
    await expect(muc.join(romeo.jid)).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
  });
});
