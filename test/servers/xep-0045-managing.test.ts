import type { ClientXMPP } from '@sestina/client';
import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('managing rooms on %s', (kind) => {
  const bench = useServer({ kind });
  let rooms = 0;

  const address = (): string => {
    rooms += 1;
    return `managed${rooms}@${bench.server.hosts.muc}`;
  };

  async function guest(): Promise<{ client: ClientXMPP; muc: MultiUserChat }> {
    const client = await bench.online();
    client.sendPresence();
    // Whoever is not there yet is invited where nobody looks.
    await client.getRoster();
    return { client, muc: client.use(MultiUserChat) };
  }

  /** An owner in a new room, and a guest in it. */
  async function two(config = {}): Promise<{ owner: Room; other: Room; client: ClientXMPP; muc: MultiUserChat }> {
    const first = await guest();
    const { client, muc } = await guest();
    const owner = await first.muc.create(address(), config, { nick: 'owner' });
    const other = await muc.join(owner.jid, { nick: 'guest' });
    if (!owner.occupants.has('guest')) await owner.wait('occupantJoined');
    return { owner, other, client, muc };
  }

  it('settings are given at the beginning, changed, and told', async () => {
    const { owner, other, muc } = await two({ name: 'Coven', persistent: true });
    expect(await muc.info(owner.jid)).toMatchObject({ name: 'Coven', persistent: true, membersOnly: false });
    const changed = other.wait('configChanged');
    await owner.configure({ moderated: true, name: 'Heath' });
    await changed;
    expect(await muc.info(owner.jid)).toMatchObject({ name: 'Heath', moderated: true, persistent: true });
    await expect(owner.configure({ 'x-unheard-of': 1 })).rejects.toMatchObject({ name: 'ConfigError' });
    await expect(other.configure({ moderated: false })).rejects.toMatchObject({
      code: 'ERR_ROOM',
      reason: 'forbidden',
    });
    await owner.destroy();
  });

  it('what exists is not founded, and a password is asked for', async () => {
    const { owner, muc } = await two();
    const third = await guest();
    await expect(third.muc.create(owner.jid, undefined, { nick: 'third' })).rejects.toMatchObject({
      code: 'ERR_ROOM_EXISTS',
    });
    await expect(muc.create(owner.jid)).rejects.toMatchObject({ code: 'ERR_ROOM_EXISTS' });
    const flag = kind === 'ejabberd' ? { passwordProtected: true } : {};
    await owner.configure({ ...flag, password: 'cauldronburn' });
    await expect(third.muc.join(owner.jid, { nick: 'third' })).rejects.toMatchObject({ reason: 'password' });
    const room = await third.muc.join(owner.jid, { nick: 'third', password: 'cauldronburn' });
    expect(room.state).toBe('joined');
  });

  it('roles: voice is taken, asked for and given; a kick ends the stay', async () => {
    const { owner, other } = await two({ moderated: true });
    await owner.setRole('guest', 'visitor');
    await expect.poll(() => other.me?.role).toBe('visitor');
    await expect(other.send('hello?').reflected).rejects.toMatchObject({ condition: 'forbidden' });
    const asked = owner.wait('voiceRequested');
    other.requestVoice();
    const request = await asked;
    expect(request).toMatchObject({ kind: 'voice', nick: 'guest' });
    owner.approve(request, true);
    await expect.poll(() => other.me?.role, { timeout: 10_000 }).toBe('participant');
    expect((await other.send('hello').reflected).body).toBe('hello');
    await expect(other.kick('owner')).rejects.toMatchObject({ code: 'ERR_ROOM' });
    const left = other.wait('left');
    const seen = owner.wait('occupantLeft');
    await owner.kick('guest', { reason: 'enough' });
    expect(await left).toMatchObject({ reason: 'kicked', text: 'enough' });
    expect(await seen).toMatchObject({ reason: 'kicked', occupant: { nick: 'guest' } });
  });

  it('affiliations: members, a ban by the occupant, the last owner', async () => {
    const { owner, other, client } = await two();
    const jid = client.account;
    await owner.setAffiliation(jid, 'member');
    await expect.poll(() => other.me?.affiliation).toBe('member');
    expect((await owner.affiliations('member')).map((item) => `${item.jid}`)).toEqual([`${jid}`]);
    await owner.setAffiliation(jid, 'admin');
    await expect.poll(() => other.me).toMatchObject({ affiliation: 'admin', role: 'moderator' });
    const own = (await owner.affiliations('owner'))[0]?.jid;
    if (own) await expect(owner.setAffiliation(own, 'admin')).rejects.toMatchObject({ code: 'ERR_ROOM' });
    await owner.setAffiliation(jid, 'none');
    const left = other.wait('left');
    const occupant = owner.occupants.get('guest');
    if (occupant) await owner.ban(occupant, { reason: 'treason' });
    expect(await left).toMatchObject({ reason: 'banned', text: 'treason' });
    expect((await owner.affiliations('outcast')).map((item) => `${item.jid}`)).toEqual([`${jid}`]);
    const third = await guest();
    await owner.ban(third.client.account);
    await expect(third.muc.join(owner.jid, { nick: 'third' })).rejects.toMatchObject({ reason: 'banned' });
  });

  it('a room for members only puts others out, and keeps them out', async () => {
    const { owner, other, muc } = await two();
    const left = other.wait('left');
    await owner.configure({ membersOnly: true });
    expect(await left).toMatchObject({ reason: 'members-only' });
    await expect(muc.join(owner.jid, { nick: 'guest' })).rejects.toMatchObject({ reason: 'members-only' });
  });

  it('a room that is destroyed says where to go', async () => {
    const { owner, other } = await two();
    const left = other.wait('left');
    const own = owner.wait('left');
    await owner.destroy({ reason: 'Macbeth doth come', alternative: `heath@${bench.server.hosts.muc}` });
    expect(await left).toMatchObject({ reason: 'destroyed', text: 'Macbeth doth come' });
    expect((await left).alternative?.jid.local).toBe('heath');
    expect((await own).reason).toBe('destroyed');
  });

  it('an invitation comes by way of the room', async () => {
    const { owner } = await two();
    const third = await guest();
    const invited = third.client.wait('roomInvite');
    owner.invite(third.client.account, { reason: 'Come' });
    const invite = await invited;
    expect(invite).toMatchObject({ reason: 'Come', direct: false });
    expect(`${invite.room}`).toBe(`${owner.jid}`);
    const room = await third.muc.join(invite.room, { nick: 'third', password: invite.password });
    expect(room.state).toBe('joined');
  });

  it('that it is refused is told the same way', async () => {
    const first = await guest();
    const second = await guest();
    const owner = await first.muc.create(address(), {}, { nick: 'owner' });
    const invited = second.client.wait('roomInvite');
    const declined = first.client.wait('roomInviteDeclined');
    owner.invite(second.client.account);
    second.muc.decline(await invited, 'No time');
    expect(await declined).toMatchObject({ reason: 'No time' });
    expect((await declined).from?.bare.equals(second.client.account)).toBe(true);
  });
});
