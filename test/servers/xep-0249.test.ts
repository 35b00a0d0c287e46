import { MultiUserChat, type RoomInvite } from '@sestina/xep-0045';
import { DirectInvitations } from '@sestina/xep-0249';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('direct invitations on %s', (kind) => {
  const bench = useServer({ kind });

  it('reach who is invited, once and by either way, but not who is in the room', async () => {
    const [host, guest] = [await bench.online(), await bench.online()];
    const room = await host.use(MultiUserChat).create(`direct@${bench.server.hosts.muc}`, {}, { nick: 'host' });
    const direct = host.use(DirectInvitations);
    const muc = guest.use(MultiUserChat);
    guest.use(DirectInvitations, { accept: 'everybody' });
    guest.sendPresence();
    await guest.getRoster();
    const invites: RoomInvite[] = [];
    guest.on('roomInvite', (invite) => void invites.push(invite));
    const invited = guest.wait('roomInvite');
    direct.invite(room.jid, guest.account, { reason: 'Come', password: 'p' });
    expect(await invited).toMatchObject({ direct: true, reason: 'Come', password: 'p' });
    expect((await invited).from?.bare.equals(host.account)).toBe(true);
    room.invite(guest.account);
    const end = guest.wait('message', { filter: ({ body }) => body === 'end' });
    await muc.join((await invited).room, { nick: 'guest' });
    direct.invite(room.jid, guest.account);
    await host.sendMessage({ to: guest.boundJid, type: 'chat', body: 'end' });
    await end;
    expect(invites.length).toBe(1);
  });

  it('are the room`s where it is for members only, and it lets in who is invited', async () => {
    const [host, guest] = [await bench.online(), await bench.online()];
    host.use(DirectInvitations);
    const muc = guest.use(MultiUserChat);
    guest.use(DirectInvitations, { accept: 'everybody' });
    guest.sendPresence();
    await guest.getRoster();
    const rooms = host.plugin(MultiUserChat);
    const jid = `members@${bench.server.hosts.muc}`;
    const room = await rooms.create(jid, { membersOnly: true }, { nick: 'host' });
    await rooms.info(jid);
    const invited = guest.wait('roomInvite');
    room.invite(guest.account, { direct: true, reason: 'Come' });
    expect(await invited).toMatchObject({ direct: false, reason: 'Come' });
    expect((await muc.join(jid, { nick: 'guest' })).me?.affiliation).toBe('member');
  });

  it('of strangers are told only where they are welcome', async () => {
    const [host, guest] = [await bench.online(), await bench.online()];
    host.use(MultiUserChat);
    guest.use(DirectInvitations);
    guest.sendPresence();
    await guest.getRoster();
    const invites: RoomInvite[] = [];
    guest.on('roomInvite', (invite) => void invites.push(invite));
    host.use(DirectInvitations).invite(`spam@${bench.server.hosts.muc}`, guest.boundJid ?? '');
    const end = guest.wait('message', { filter: ({ body }) => body === 'end' });
    await host.sendMessage({ to: guest.boundJid, type: 'chat', body: 'end' });
    await end;
    // Who may be told is looked up in the roster.
    await guest.getRoster();
    expect(invites).toEqual([]);
  });
});
