import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RoomInvite } from '../src/index.js';
import { NS_USER, Play, ROOM } from './play.js';

let play: Play;
let invites: RoomInvite[] = [];

beforeEach(async () => {
  play = await Play.start();
  invites = [];
  play.stream.xmpp.on('roomInvite', (invite) => void invites.push(invite));
});

afterEach(async () => {
  expect(play.stream.errors).toEqual([]);
  await play.stream.close();
});

const invite = (room = ROOM, inside = '', more = ''): Promise<void> =>
  play.recv(
    `<message from='${room}' id='i'><x xmlns='${NS_USER}'><invite from='crone1@shakespeare.lit/desktop'><reason>Hey</reason>${inside}</invite><password>cauldronburn</password></x>${more}</message>`,
  );

describe('an invitation', () => {
  it('is told, and nobody goes there', async () => {
    const raised: unknown[] = [];
    play.stream.xmpp.on('message', (message) => raised.push(message));
    await invite(ROOM, "<continue thread='t1'/>", '<body>You are invited</body>');
    expect(invites).toEqual([
      expect.objectContaining({ reason: 'Hey', password: 'cauldronburn', direct: false, continue: true, thread: 't1' }),
    ]);
    expect(invites[0]?.room.toString()).toBe(ROOM);
    expect(invites[0]?.from?.toString()).toBe('crone1@shakespeare.lit/desktop');
    expect(raised).toEqual([]);
    await play.stream.expectNothingSent();
  });

  it('comes from a room, not from an occupant or a person who says so', async () => {
    for (const from of [`${ROOM}/firstwitch`, 'crone1@shakespeare.lit/desktop', 'shakespeare.lit']) await invite(from);
    await play.recv(
      `<message from='${ROOM}' type='error'><x xmlns='${NS_USER}'><invite to='a@b'/></x><error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    await play.recv(
      `<message from='${ROOM}'><x xmlns='${NS_USER}'><invite from='a@b'/></x><x xmlns='${NS_USER}'/></message>`,
    );
    expect(invites).toEqual([]);
  });

  it('to a room that we are in is none', async () => {
    await play.join();
    await invite();
    expect(invites).toEqual([]);
  });

  it('is told once in ten minutes, and not in floods', async () => {
    await invite();
    await invite();
    await play.stream.clock.advance(600_000);
    await invite();
    expect(invites.length).toBe(2);
    await play.stream.clock.advance(600_000);
    invites = [];
    for (let i = 0; i < 100; i++) await invite(`room${i}@evil.example`);
    expect(invites.length).toBe(50);
  });

  it('is sent by way of the room, and refused the same way', async () => {
    const room = play.muc.manage(ROOM);
    room.invite('hecate@shakespeare.lit', { reason: 'Come', password: 'p', thread: 't1' });
    await play.stream.expectSent(
      `<message id='*' to='${ROOM}'><x xmlns='${NS_USER}'><invite to='hecate@shakespeare.lit'><reason>Come</reason><continue thread='t1'/></invite><password>p</password></x></message>`,
    );
    await invite();
    const [got] = invites;
    if (got) play.muc.decline(got, 'No time');
    await play.stream.expectSent(
      `<message id='*' to='${ROOM}'><x xmlns='${NS_USER}'><decline to='crone1@shakespeare.lit/desktop'><reason>No time</reason></decline></x></message>`,
    );
    if (got) expect(play.muc.decline({ ...got, direct: true })).toBeUndefined();
    await play.stream.expectNothingSent();
  });

  it('that is refused is told to who has invited; what changes for us is told as well', async () => {
    const declined = play.stream.xmpp.wait('roomInviteDeclined');
    await play.recv(
      `<message from='${ROOM}'><x xmlns='${NS_USER}'><decline from='hecate@shakespeare.lit'><reason>Too busy</reason></decline></x></message>`,
    );
    expect(await declined).toMatchObject({ reason: 'Too busy' });
    const changed = play.stream.xmpp.wait('roomAffiliationChanged');
    await play.recv(
      `<message from='${ROOM}'><x xmlns='${NS_USER}'><item affiliation='member' role='none'/><status code='101'/></x></message>`,
    );
    expect(await changed).toMatchObject({ affiliation: 'member' });
  });
});
