import { describe, expect, it } from 'vitest';
import { NS, Play, ROOM, usePlays, word } from './play.js';

const start = usePlays();

describe('entering a room', () => {
  it('asks with a nick, a password and limits of what is repeated (XEP-0045 §7.2)', async () => {
    const play = await start();
    void play.muc.join(ROOM, { nick: 'thirdwitch', password: 'cauldronburn' }).catch(() => {});
    await play.stream.expectSent(
      `<presence id='*' to='${ROOM}/thirdwitch'><x xmlns='${NS}'><history maxstanzas='20'/><password>cauldronburn</password></x></presence>`,
    );
    const other = await start({ nick: 'hag' });
    void other.muc.join(ROOM, { history: false, presence: { show: 'away', status: 'brewing' } }).catch(() => {});
    await other.stream.expectSent(
      `<presence id='*' to='${ROOM}/hag'><show>away</show><status>brewing</status><x xmlns='${NS}'><history maxchars='0' maxstanzas='0'/></x></presence>`,
    );
    const since = new Date('2024-01-01T00:00:00Z');
    const third = await start();
    void third.muc.join(ROOM, { history: { since, maxChars: 500, seconds: 60 } }).catch(() => {});
    await third.stream.expectSent(
      `<presence id='*' to='${ROOM}/alice'><x xmlns='${NS}'><history maxchars='500' seconds='60' since='2024-01-01T00:00:00Z'/></x></presence>`,
    );
  });

  it('is done with the subject, and knows all who are there', async () => {
    const play = await start();
    const { joined } = await play.ask();
    await play.here('firstwitch', word([], "affiliation='owner' role='moderator'"));
    await play.here('thirdwitch', word([110]));
    expect(play.room.state).toBe('joining');
    await play.subject('Fire burn');
    const room = await joined;
    expect(room).toMatchObject({ state: 'joined', nick: 'thirdwitch', subject: 'Fire burn' });
    expect([...room.occupants.keys()]).toEqual(['firstwitch', 'thirdwitch']);
    expect(room.occupants.get('firstwitch')).toMatchObject({ role: 'moderator', affiliation: 'owner' });
    expect(room.me?.jid.toString()).toBe(`${ROOM}/thirdwitch`);
    expect(play.muc.room(ROOM.toUpperCase())).toBe(room);
  });

  it.each<[string, (play: Play, id: string) => Promise<void>]>([
    [
      'a room that sends no subject',
      async (play) => {
        await play.here('thirdwitch', word([110]));
        await play.stream.clock.advance(5_000);
      },
    ],
    [
      'the subject before the occupants',
      async (play) => {
        await play.subject('Fire burn');
        await play.here('thirdwitch', word([110]));
      },
    ],
    [
      'a room that does not say which occupant we are',
      async (play) => {
        await play.here('thirdwitch', word());
        await play.subject('Fire burn');
      },
    ],
    [
      'neither of both',
      async (play) => {
        await play.here('thirdwitch', word());
        await play.stream.clock.advance(5_000);
      },
    ],
    [
      'a room that gives back the id',
      async (play, id) => {
        await play.here('thirdwitch', word(), `id='${id}'`);
        await play.subject('Fire burn');
      },
    ],
  ])('works with %s', async (_what, script) => {
    const play = await start();
    const { request, joined } = await play.ask();
    await script(play, request.attribute('id') ?? '');
    await expect(joined).resolves.toMatchObject({ state: 'joined', nick: 'thirdwitch' });
  });

  it('reads conditions where there are no numbers (XEP-0306)', async () => {
    const play = await start();
    const { joined } = await play.ask();
    const condition = (name: string): string => `<status><${name} xmlns='urn:xmpp:muc:conditions:1'/></status>`;
    const inside = `<item affiliation='none' role='participant'/>${condition('self-presence')}${condition('realjid-public')}${condition('constructor')}`;
    await play.here('renamed', `<x xmlns='${NS}#user'>${inside}</x>`);
    await play.subject('');
    const room = await joined;
    expect(room).toMatchObject({ nick: 'renamed', showsJids: true });
    await play.gone(
      'renamed',
      `<x xmlns='${NS}#user'><item affiliation='none' role='none'/>${condition('kicked')}</x>`,
    );
    expect(room.state).toBe('left');
  });

  it('goes by the nick that the room has given us (status 210)', async () => {
    const play = await start();
    const { joined } = await play.ask();
    await play.here('thirdwitch2', word([210, 110]));
    await play.subject('');
    const room = await joined;
    expect(room.nick).toBe('thirdwitch2');
    expect(room.me?.nick).toBe('thirdwitch2');
  });

  it.each([
    ['not-authorized', 'auth', 'password', false],
    ['forbidden', 'auth', 'banned', false],
    ['item-not-found', 'cancel', 'not-found', false],
    ['not-allowed', 'cancel', 'creation-restricted', false],
    ['not-acceptable', 'cancel', 'nick-locked', false],
    ['registration-required', 'auth', 'members-only', false],
    ['conflict', 'cancel', 'conflict', false],
    ['service-unavailable', 'wait', 'full', true],
    ['jid-malformed', 'modify', 'malformed', false],
    ['remote-server-timeout', 'wait', 'unreachable', true],
    ['policy-violation', 'modify', 'refused', false],
  ])('%s is a RoomJoinError of its own', async (condition, type, reason, retryable) => {
    for (const from of [ROOM, `${ROOM}/thirdwitch`]) {
      for (const withId of [true, false]) {
        const play = await start();
        const { request, joined } = await play.ask();
        await play.refuse(condition, type, withId ? { from, id: request.attribute('id') ?? '' } : { from });
        await expect(joined).rejects.toMatchObject({ code: 'ERR_ROOM_JOIN', reason, retryable, cause: { condition } });
        expect([...play.muc.rooms]).toEqual([]);
        expect(play.stream.xmpp.claimOf(play.stream.xmpp.account.withResource('x'))).toBeUndefined();
      }
    }
  });

  it('an error that is for something else changes nothing', async () => {
    const play = await start();
    const { joined } = await play.ask();
    await play.refuse('conflict', 'cancel', { id: 'other' });
    await play.refuse('conflict', 'cancel', { from: `${ROOM}/firstwitch` });
    await play.refuse('conflict', 'cancel', { from: 'other@chat.shakespeare.lit/thirdwitch' });
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    await expect(joined).resolves.toMatchObject({ state: 'joined' });
  });

  it('a conflict may be answered with another nick', async () => {
    const play = await start();
    const asked: [string, number][] = [];
    const { joined } = await play.ask({
      onConflict: (nick, attempt) => {
        asked.push([nick, attempt]);
        return attempt < 3 ? `${nick}_` : undefined;
      },
    });
    await play.refuse('conflict');
    await play.stream.clock.advance(100);
    await play.stream.expectSent(
      `<presence id='*' to='${ROOM}/thirdwitch_'><x xmlns='${NS}'><history maxstanzas='20'/></x></presence>`,
    );
    await play.refuse('conflict', 'cancel', { from: ROOM });
    await play.stream.clock.advance(100);
    await play.stream.nextSent();
    await play.refuse('conflict', 'cancel', { from: ROOM });
    await expect(joined).rejects.toMatchObject({ reason: 'conflict' });
    expect(asked).toEqual([
      ['thirdwitch', 1],
      ['thirdwitch_', 2],
      ['thirdwitch__', 3],
    ]);
  });

  it('a room that never answers is given up, and told so', async () => {
    const play = await start({ joinTimeout: 20_000 });
    const { joined } = await play.ask();
    await play.here('firstwitch');
    await play.stream.clock.advance(20_000);
    await expect(joined).rejects.toMatchObject({ reason: 'timeout', retryable: true });
    await play.stream.expectSent(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    expect([...play.muc.rooms]).toEqual([]);
  });

  it('who gives up leaves; who joins as well goes on waiting', async () => {
    const play = await start();
    const one = new AbortController();
    const two = new AbortController();
    const { joined } = await play.ask({ signal: one.signal });
    const other = play.muc.join(ROOM, { nick: 'another', signal: two.signal });
    one.abort(new Error('enough'));
    await expect(joined).rejects.toThrow('enough');
    await play.stream.expectNothingSent();
    two.abort(new Error('enough of it'));
    await expect(other).rejects.toThrow('enough of it');
    await play.stream.expectSent(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
  });

  it('two joins of a room are one', async () => {
    const play = await start();
    const { joined } = await play.ask();
    const other = play.muc.join(ROOM);
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    expect(await other).toBe(await joined);
    expect(await play.muc.join(ROOM)).toBe(await joined);
    await play.stream.expectNothingSent();
  });

  it('founds no room by mistake (status 201)', async () => {
    const play = await start();
    const { joined } = await play.ask();
    joined.catch(() => {});
    await play.here('thirdwitch', word([110, 201], "affiliation='owner' role='moderator'"));
    const end = await play.stream.expectSent(
      `<iq type='set' id='*' to='${ROOM}'><query xmlns='${NS}#owner'><destroy/></query></iq>`,
    );
    await play.gone('thirdwitch', `<x xmlns='${NS}#user'><item affiliation='none' role='none'/><destroy/></x>`);
    await play.recv(`<iq type='result' id='${end.attribute('id')}' from='${ROOM}'/>`);
    await play.stream.expectSent(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    await expect(joined).rejects.toMatchObject({ reason: 'not-found' });
  });

  it('opens at once what it was to found', async () => {
    const play = await start();
    const { joined } = await play.ask({ create: 'instant' });
    await play.here('thirdwitch', word([110, 201], "affiliation='owner' role='moderator'"));
    const opening = await play.stream.expectSent(
      `<iq type='set' id='*' to='${ROOM}'><query xmlns='${NS}#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>`,
    );
    expect(play.room.state).toBe('joining');
    await play.recv(`<iq type='result' id='${opening.attribute('id')}' from='${ROOM}'/>`);
    await expect(joined).resolves.toMatchObject({ state: 'joined' });
  });

  it('is asked beforehand where the application wants to', async () => {
    const play = await start();
    const joined = play.muc.join(ROOM, { confirm: ({ nonAnonymous }) => !nonAnonymous });
    joined.catch(() => {});
    const query = await play.stream.nextSent();
    const feature = "<feature var='muc_nonanonymous'/>";
    await play.recv(
      `<iq type='result' id='${query.attribute('id')}' from='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'>${feature}</query></iq>`,
    );
    await expect(joined).rejects.toMatchObject({ reason: 'declined' });
    await play.stream.expectNothingSent();
  });

  it('who is thrown out before all was there has not joined', async () => {
    const play = await start();
    const { joined } = await play.ask();
    await play.here('thirdwitch', word([110]));
    await play.gone('thirdwitch', word([110, 301]));
    await expect(joined).rejects.toMatchObject({ reason: 'banned' });
  });

  it('what is left of an earlier stay does not end the new one', async () => {
    const play = await start();
    const { joined } = await play.ask();
    await play.gone('thirdwitch', word([110]));
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    await expect(joined).resolves.toMatchObject({ state: 'joined' });
  });

  it('ends where the session does', async () => {
    const play = await start();
    const { joined } = await play.ask();
    await play.stream.drop();
    await expect(joined).rejects.toMatchObject({ code: 'ERR_SESSION_LOST' });
    await expect(play.muc.join(ROOM)).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' });
    await play.stream.connect();
    await play.stream.expectNothingSent();
  });

  it('so many rooms within a second, and no more', async () => {
    const play = await start({ joinRate: 10 });
    const joins = Array.from({ length: 30 }, (_, index) => play.muc.join(`room${index}@chat.shakespeare.lit`));
    for (const join of joins) join.catch(() => {});
    await play.stream.clock.advance(999);
    expect(play.stream.sent.length).toBe(10);
    await play.stream.clock.advance(2_000);
    expect(play.stream.sent.length).toBe(30);
    play.stream.skipSent();
  });
});

describe('options', () => {
  it.each(['joinRate', 'joinTimeout', 'subjectTimeout', 'maxOccupants', 'maxOccupantBytes'])(
    '%s is a positive number',
    async (name) => {
      for (const value of [0, -1, Number.NaN]) {
        await expect(Play.start({ [name]: value })).rejects.toMatchObject({ name: 'ConfigError' });
      }
    },
  );

  it('history is a whole number, and may be none', async () => {
    for (const history of [-1, 0.5, Number.NaN]) await expect(Play.start({ history })).rejects.toThrow('history');
    const play = await start({ history: 0 });
    const { request } = await play.ask();
    expect(`${request}`).toContain("maxchars='0'");
  });
});
