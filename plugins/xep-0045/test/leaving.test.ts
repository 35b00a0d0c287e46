import { describe, expect, it } from 'vitest';
import { MultiUserChat } from '../src/index.js';
import { NS_USER, type Play, ROOM, usePlays, word } from './play.js';

const start = usePlays();

describe('leaving', () => {
  it.each<[string, string, object]>([
    [
      'kicked',
      word([110, 307], "affiliation='none' role='none'", "<actor nick='Fluellen'/><reason>Avaunt!</reason>"),
      { actor: { nick: 'Fluellen' }, text: 'Avaunt!' },
    ],
    ['banned', word([110, 301], "affiliation='outcast' role='none'"), {}],
    ['affiliation', word([110, 321]), {}],
    ['members-only', word([110, 322]), {}],
    [
      'destroyed',
      `<x xmlns='${NS_USER}'><item affiliation='none' role='none'/><destroy jid='other@chat.shakespeare.lit'><reason>Gone</reason><password>p</password></destroy></x>`,
      { text: 'Gone', alternative: { password: 'p' } },
    ],
  ])('%s is for good', async (reason, inside, more) => {
    const play = await start();
    const room = await play.join();
    play.names();
    const left = play.stream.xmpp.wait('roomLeft');
    await play.gone('thirdwitch', inside);
    expect(play.events).toEqual([['left', expect.objectContaining({ reason })]]);
    expect(await left).toMatchObject({ reason, ...more, room });
    expect(room.state).toBe('left');
    expect(room.signal.aborted).toBe(true);
    expect([...play.muc.rooms]).toEqual([]);
    await play.stream.clock.advance(3_600_000);
    await play.stream.expectNothingSent();
    await expect(room.send('x').reflected).rejects.toMatchObject({ code: 'ERR_NOT_IN_ROOM' });
    await expect(room.wait('message')).rejects.toMatchObject({ code: 'ERR_NOT_IN_ROOM' });
  });

  it.each([
    ['technical', [110, 307, 333]],
    ['shutdown', [110, 332]],
    ['lost', [110]],
  ])('%s is no farewell: the room is entered again', async (reason, codes) => {
    const play = await start();
    const room = await play.join();
    play.names();
    await play.gone('thirdwitch', word(codes, "affiliation='none' role='none'"));
    expect(play.events).toEqual([['unreachable', expect.objectContaining({ reason })]]);
    expect(room.state).toBe('unreachable');
    const waits = room.send('still there?');
    await play.stream.clock.advance(4_000);
    await play.stream.nextSent();
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    expect(room.state).toBe('joined');
    expect([...room.occupants.keys()]).toEqual(['thirdwitch']);
    expect(play.names()).toEqual(['unreachable', 'joined', 'occupantsLoaded', 'subject']);
    expect((await play.stream.nextSent()).attribute('id')).toBe(waits.id);
  });

  it('with pauses that grow, until it makes no sense any more', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    await play.gone('thirdwitch', word([110, 332]));
    for (let attempt = 0; attempt < 3; attempt++) {
      await play.stream.clock.advance(20_000);
      await play.stream.nextSent();
      await play.refuse('service-unavailable', 'wait');
      expect(room.state).toBe('unreachable');
    }
    await play.stream.clock.advance(60_000);
    await play.stream.nextSent();
    await play.refuse('registration-required', 'auth');
    expect(room.state).toBe('left');
    expect(play.events.at(-1)).toEqual(['left', expect.objectContaining({ reason: 'lost' })]);
    expect(play.events.at(-1)?.[1]).toMatchObject({ error: { reason: 'members-only' } });
  });

  it('without a pause where somebody asks for it', async () => {
    const play = await start();
    const room = await play.join();
    await play.gone('thirdwitch', word([110, 332]));
    await play.stream.expectNothingSent();
    const again = play.muc.join(ROOM);
    expect((await play.stream.nextSent()).attribute('to')).toBe(`${ROOM}/thirdwitch`);
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    expect(await again).toBe(room);
  });

  it('or not at all', async () => {
    const play = await start();
    const room = await play.join({ rejoin: false });
    await play.gone('thirdwitch', word([110, 333]));
    expect(room.state).toBe('left');
  });

  it('of our own will waits for the room, but not for ever', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    const leaving = room.leave({ status: 'Farewell' });
    await play.stream.expectSent(
      `<presence type='unavailable' to='${ROOM}/thirdwitch'><status>Farewell</status></presence>`,
    );
    expect(room.state).toBe('leaving');
    // What the room still says of us is no coming back.
    await play.here('thirdwitch', word([110]));
    await play.gone('thirdwitch', word([110]));
    await leaving;
    expect(play.names().at(-1)).toBe('left');
    const other = await start();
    const stuck = await other.join();
    const left = stuck.leave({ timeout: 1_000 });
    await other.stream.clock.advance(1_000);
    await left;
    expect(stuck.state).toBe('left');
  });

  it('with what we broadcast last', async () => {
    const play = await start();
    const room = await play.join();
    play.stream.xmpp.sendPresence({ show: 'away', status: 'brewing' });
    await play.stream.nextSent();
    await play.stream.expectSent(
      `<presence id='*' to='${ROOM}/thirdwitch'><show>away</show><status>brewing</status></presence>`,
    );
    play.stream.xmpp.sendPresence({ type: 'unavailable' });
    await play.stream.nextSent();
    await play.gone('thirdwitch', word([110]));
    expect(room.state).toBe('left');
    await play.stream.expectNothingSent();
    const quiet = await start({ followPresence: false });
    await quiet.join();
    quiet.stream.xmpp.sendPresence({ show: 'away' });
    await quiet.stream.nextSent();
    await quiet.stream.expectNothingSent();
  });
});

describe('sessions', () => {
  it('a new one enters all rooms again, as the same objects', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    await play.stream.drop();
    expect(room.state).toBe('unreachable');
    expect(room.occupants.size).toBe(3);
    await play.stream.connect();
    const request = await play.stream.nextSent();
    expect(request.attribute('to')).toBe(`${ROOM}/thirdwitch`);
    expect(`${request}`).toContain("since='2024-01-01T00:00:00Z'");
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    expect(room.state).toBe('joined');
    expect(play.muc.room(ROOM)).toBe(room);
    expect(play.events.map(([name]) => name)).toEqual(['unreachable', 'joined', 'occupantsLoaded', 'subject']);
    expect(play.events[1]?.[1]).toEqual({ created: false, again: true });
  });

  it('by the nick that we had last', async () => {
    const play = await start();
    const room = await play.join();
    const changed = room.changeNick('hag');
    await play.stream.nextSent();
    await play.gone('thirdwitch', word([303, 110], "affiliation='member' role='participant' nick='hag'"));
    await play.here('hag', word([110]));
    await changed;
    await play.stream.drop();
    await play.stream.connect();
    expect((await play.stream.nextSent()).attribute('to')).toBe(`${ROOM}/hag`);
    await play.here('hag', word([110]));
    await play.subject('');
    expect(room).toMatchObject({ state: 'joined', nick: 'hag' });
  });

  it('one that ends in the middle of entering leaves nothing behind', async () => {
    const script: ((play: Play) => Promise<void>)[] = [
      (play) => play.here('firstwitch'),
      (play) => play.here('thirdwitch', word([110])),
      (play) =>
        play.says('firstwitch', 'old', `<delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='2023-12-31T23:00:00Z'/>`),
      (play) => play.subject('Fire'),
    ];
    for (let cut = 0; cut < script.length; cut++) {
      const play = await start();
      const { joined } = await play.ask();
      for (const step of script.slice(0, cut)) await step(play);
      await play.stream.drop();
      await expect(joined).rejects.toMatchObject({ code: 'ERR_SESSION_LOST' });
      expect([...play.muc.rooms]).toEqual([]);
      await play.stream.connect();
      await play.stream.expectNothingSent();
      const again = await play.ask();
      for (const step of script) await step(play);
      const room = await again.joined;
      expect([...room.occupants.keys()]).toEqual(['firstwitch', 'thirdwitch']);
      expect(room.subject).toBe('Fire');
    }
  });

  it('a room that is entered again while we are in swaps its occupants at once', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    const again = room.rejoin();
    await play.stream.nextSent();
    await play.here('hecate');
    expect([...room.occupants.keys()]).toEqual(['firstwitch', 'secondwitch', 'thirdwitch']);
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    await again;
    expect([...room.occupants.keys()]).toEqual(['hecate', 'thirdwitch']);
    expect(play.names()).toEqual(['joined', 'occupantsLoaded', 'subject']);
  });

  it('one that ends while a room is entered again changes nothing of that', async () => {
    const play = await start();
    const room = await play.join();
    for (let round = 0; round < 3; round++) {
      await play.stream.drop();
      await play.stream.connect();
      const request = await play.stream.nextSent();
      expect(request.attribute('to')).toBe(`${ROOM}/thirdwitch`);
      await play.here('firstwitch');
      expect(room.state).toBe('joining');
    }
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    expect(room.state).toBe('joined');
  });

  it('removing the plugin leaves the rooms, and takes everything out', async () => {
    const play = await start();
    const room = await play.join();
    const { xmpp } = play.stream;
    xmpp.remove(MultiUserChat);
    await play.stream.expectSent(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    expect(room.state).toBe('left');
    expect(xmpp.claimOf(room.jid)).toBeUndefined();
    await play.says('firstwitch', 'still here?');
    expect(play.names().filter((name) => name === 'message')).toEqual([]);
  });
});
