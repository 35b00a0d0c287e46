import type { XmlElement } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import type { ManagedRoom, RoomRequest } from '../src/index.js';
import { NS, NS_USER, ROOM, usePlays, word } from './play.js';

const start = usePlays();

const DATA = 'jabber:x:data';
const field = (name: string, value: string, type = 'text-single'): string =>
  `<field var='${name}' type='${type}'>${value === '' ? '' : `<value>${value}</value>`}</field>`;
const FORM = `<x xmlns='${DATA}' type='form'><field type='fixed'><value>General</value></field>${field('FORM_TYPE', `${NS}#roomconfig`, 'hidden')}${field('muc#roomconfig_roomname', 'Coven')}${field('muc#roomconfig_persistentroom', '0', 'boolean')}${field('muc#roomconfig_roomsecret', '')}${field('x-own', 'kept')}</x>`;

const result = (request: XmlElement, inside = ''): string =>
  `<iq type='result' id='${request.attribute('id')}' from='${ROOM}'>${inside}</iq>`;
const refusal = (request: XmlElement, condition: string): string =>
  `<iq type='error' id='${request.attribute('id')}' from='${ROOM}'><error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;

describe('roles and affiliations', () => {
  it.each<[string, (room: ManagedRoom) => Promise<void>, string]>([
    [
      'kick',
      (room) => room.kick('pistol', { reason: 'Avaunt!' }),
      `<item nick='pistol' role='none'><reason>Avaunt!</reason></item>`,
    ],
    ['voice', (room) => room.setRole('pistol', 'participant'), `<item nick='pistol' role='participant'/>`],
    [
      'ban',
      (room) => room.ban('earlofcambridge@shakespeare.lit/stabber', { reason: 'Treason' }),
      `<item jid='earlofcambridge@shakespeare.lit' affiliation='outcast'><reason>Treason</reason></item>`,
    ],
    [
      'member',
      (room) => room.setAffiliation('hag66@shakespeare.lit', 'member', { nick: 'thirdwitch' }),
      `<item jid='hag66@shakespeare.lit' affiliation='member' nick='thirdwitch'/>`,
    ],
    [
      'several',
      (room) =>
        room.setAffiliations([
          { jid: 'a@b', affiliation: 'none' },
          { jid: 'c@d', affiliation: 'owner' },
        ]),
      `<item jid='a@b' affiliation='none'/><item jid='c@d' affiliation='owner'/>`,
    ],
  ])('%s: nick with role, or address with affiliation', async (_what, act, items) => {
    const play = await start();
    const done = act(play.muc.manage(ROOM));
    const request = await play.stream.expectSent(
      `<iq type='set' id='*' to='${ROOM}'><query xmlns='${NS}#admin'>${items}</query></iq>`,
    );
    await play.recv(result(request));
    await done;
  });

  it.each([
    ['forbidden', 'forbidden'],
    ['not-allowed', 'not-allowed'],
    ['item-not-found', 'not-found'],
    ['conflict', 'last-owner'],
    ['internal-server-error', 'refused'],
  ])('%s is a RoomError', async (condition, reason) => {
    const play = await start();
    const done = play.muc.manage(ROOM).setAffiliation('a@b', 'none');
    done.catch(() => {});
    await play.recv(refusal(await play.stream.nextSent(), condition));
    await expect(done).rejects.toMatchObject({ code: 'ERR_ROOM', reason, cause: { condition } });
  });

  it('nobody bans himself', async () => {
    const play = await start();
    const done = play.muc.manage(ROOM).ban(play.stream.xmpp.account);
    done.catch(() => {});
    await play.recv(refusal(await play.stream.nextSent(), 'conflict'));
    await expect(done).rejects.toMatchObject({ reason: 'self' });
  });

  it('an occupant is banned by its real address, where that is shown', async () => {
    const play = await start();
    const { joined } = await play.ask();
    await play.here('pistol', word([], "affiliation='none' role='participant' jid='pistol@shakespeare.lit/harfleur'"));
    await play.here('thirdwitch', word([110], "affiliation='admin' role='moderator'"));
    await play.subject('');
    const room = await joined;
    const pistol = room.occupants.get('pistol');
    const done = pistol && room.ban(pistol);
    await play.recv(
      result(
        await play.stream.expectSent(
          `<iq type='set' id='*' to='${ROOM}'><query xmlns='${NS}#admin'><item jid='pistol@shakespeare.lit' affiliation='outcast'/></query></iq>`,
        ),
      ),
    );
    await done;
    const me = room.me;
    await expect(me && room.ban(me)).rejects.toMatchObject({ reason: 'not-found' });
  });

  it('lists leave out what is no address', async () => {
    const play = await start();
    const done = play.muc.manage(ROOM).affiliations('member');
    const request = await play.stream.expectSent(
      `<iq type='get' id='*' to='${ROOM}'><query xmlns='${NS}#admin'><item affiliation='member'/></query></iq>`,
    );
    await play.recv(
      result(
        request,
        `<query xmlns='${NS}#admin'><item affiliation='member' jid='a@b' nick='A'/><item jid='@'/><item/></query>`,
      ),
    );
    expect(await done).toEqual([expect.objectContaining({ affiliation: 'member', nick: 'A' })]);
  });
});

describe('settings', () => {
  it('change what is given, and keep all others', async () => {
    const play = await start();
    const done = play.muc.manage(ROOM).configure({ persistent: true, password: 'cauldronburn', 'x-own': 'changed' });
    const get = await play.stream.expectSent(`<iq type='get' id='*' to='${ROOM}'><query xmlns='${NS}#owner'/></iq>`);
    await play.recv(result(get, `<query xmlns='${NS}#owner'>${FORM}</query>`));
    const set = await play.stream.expectSent(
      `<iq type='set' id='*' to='${ROOM}'><query xmlns='${NS}#owner'><x xmlns='${DATA}' type='submit'>${field('FORM_TYPE', `${NS}#roomconfig`, 'hidden')}${field('muc#roomconfig_roomname', 'Coven')}${field('muc#roomconfig_persistentroom', '1', 'boolean')}${field('muc#roomconfig_roomsecret', 'cauldronburn')}${field('x-own', 'changed')}</x></query></iq>`,
    );
    await play.recv(result(set));
    await done;
  });

  it('that the room does not have are a mistake, and the room is told that nothing comes of it', async () => {
    const play = await start();
    const done = play.muc.manage(ROOM).configure({ moderated: true });
    done.catch(() => {});
    await play.recv(result(await play.stream.nextSent(), `<query xmlns='${NS}#owner'>${FORM}</query>`));
    await play.stream.expectSent(
      `<iq type='set' id='*' to='${ROOM}'><query xmlns='${NS}#owner'><x xmlns='${DATA}' type='cancel'/></query></iq>`,
    );
    await expect(done).rejects.toThrow(/no setting "muc#roomconfig_moderatedroom"; it has "muc#roomconfig_roomname, /);
    await expect(done).rejects.toMatchObject({ name: 'ConfigError' });
  });

  it('are changed twice at once, each by the form that it got', async () => {
    const play = await start();
    const room = play.muc.manage(ROOM);
    const both = [room.configure({ persistent: true }), room.configure({ name: 'Heath' })];
    const gets = [await play.stream.nextSent(), await play.stream.nextSent()];
    for (const get of gets.reverse()) await play.recv(result(get, `<query xmlns='${NS}#owner'>${FORM}</query>`));
    const sets = [await play.stream.nextSent(), await play.stream.nextSent()];
    expect(`${sets[0]}`).toContain('<value>Heath</value>');
    expect(`${sets[1]}`).toContain("persistentroom' type='boolean'><value>1</value>");
    for (const set of sets) await play.recv(result(set));
    await Promise.all(both);
  });

  it('keep what nobody knows, also where it has to be answered', async () => {
    const play = await start();
    const done = play.muc.manage(ROOM).configure({ name: 'Heath' });
    const unknown =
      "<field var='x-required' type='list-single'><required/><value>a</value></field><field type='text-single'><value>b</value></field>";
    const form = FORM.replace('</x>', `${unknown}</x>`);
    await play.recv(result(await play.stream.nextSent(), `<query xmlns='${NS}#owner'>${form}</query>`));
    const set = await play.stream.nextSent();
    expect(`${set}`).toContain("<field var='x-required' type='list-single'><value>a</value></field></x>");
    await play.recv(result(set));
    await done;
  });

  it('may be filled in by a function', async () => {
    const play = await start();
    const room = play.muc.manage(ROOM);
    const done = room.configure((form) => {
      const name = form.field('muc#roomconfig_roomname');
      if (name) name.values = ['Heath'];
    });
    done.catch(() => {});
    await play.recv(result(await play.stream.nextSent(), `<query xmlns='${NS}#owner'>${FORM}</query>`));
    const set = await play.stream.nextSent();
    expect(`${set}`).toContain('<value>Heath</value>');
    await play.recv(refusal(set, 'not-acceptable'));
    await expect(done).rejects.toMatchObject({ code: 'ERR_ROOM', reason: 'refused' });
    const failing = room.configure(() => {
      throw new Error('changed my mind');
    });
    failing.catch(() => {});
    await play.recv(result(await play.stream.nextSent(), `<query xmlns='${NS}#owner'>${FORM}</query>`));
    expect(`${await play.stream.nextSent()}`).toContain("type='cancel'");
    await expect(failing).rejects.toThrow('changed my mind');
  });

  it('a room that has none says so', async () => {
    const play = await start();
    const done = play.muc.manage(ROOM).config();
    done.catch(() => {});
    await play.recv(result(await play.stream.nextSent(), `<query xmlns='${NS}#owner'/>`));
    await expect(done).rejects.toMatchObject({ code: 'ERR_ROOM' });
  });
});

describe('founding and ending', () => {
  it('founds with settings, or not at all', async () => {
    const play = await start();
    const created = play.muc.create(ROOM, { persistent: true }, { nick: 'thirdwitch' });
    created.catch(() => {});
    await play.stream.nextSent();
    await play.here('thirdwitch', word([110, 201], "affiliation='owner' role='moderator'"));
    await play.recv(result(await play.stream.nextSent(), `<query xmlns='${NS}#owner'>${FORM}</query>`));
    await play.recv(refusal(await play.stream.nextSent(), 'not-acceptable'));
    const end = await play.stream.nextSent();
    expect(`${end}`).toContain('<destroy/>');
    await play.recv(result(end));
    await play.stream.expectSent(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    await expect(created).rejects.toMatchObject({ code: 'ERR_ROOM' });
    expect([...play.muc.rooms]).toEqual([]);
  });

  it('a room that we founded stays that where our presence in it changes before it is open', async () => {
    const play = await start();
    const created = play.muc.create(ROOM, { persistent: true }, { nick: 'thirdwitch' });
    await play.stream.nextSent();
    await play.here('thirdwitch', word([110, 201], "affiliation='owner' role='moderator'"));
    const form = await play.stream.nextSent();
    await play.here('thirdwitch', word([110], "affiliation='owner' role='moderator'"));
    await play.recv(result(form, `<query xmlns='${NS}#owner'>${FORM}</query>`));
    await play.recv(result(await play.stream.nextSent()));
    expect((await created).created).toBe(true);
  });

  it('a room that exists is left again', async () => {
    const play = await start();
    const created = play.muc.create(ROOM, undefined, { nick: 'thirdwitch' });
    created.catch(() => {});
    await play.stream.nextSent();
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    await play.stream.expectSent(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    await play.gone('thirdwitch', word([110]));
    await expect(created).rejects.toMatchObject({ code: 'ERR_ROOM_EXISTS' });
    await play.join();
    await expect(play.muc.create(ROOM)).rejects.toMatchObject({ code: 'ERR_ROOM_EXISTS' });
    expect(play.room.state).toBe('joined');
  });

  it('destroys with a place to go to', async () => {
    const play = await start();
    const done = play.muc.manage(ROOM).destroy({ reason: 'Macbeth', alternative: 'heath@chat', password: 'p' });
    const request = await play.stream.expectSent(
      `<iq type='set' id='*' to='${ROOM}'><query xmlns='${NS}#owner'><destroy jid='heath@chat'><password>p</password><reason>Macbeth</reason></destroy></query></iq>`,
    );
    await play.recv(result(request));
    await done;
  });
});

const REQUEST = `<x xmlns='${DATA}' type='form'>${field('FORM_TYPE', `${NS}#request`, 'hidden')}${field('muc#role', 'participant')}${field('muc#jid', 'hag66@shakespeare.lit/pda', 'jid-single')}${field('muc#roomnick', 'hag')}${field('muc#request_allow', 'false', 'boolean')}</x>`;

describe('what the room itself says', () => {
  it('a request for voice comes to moderators, from the room alone, and is answered with its form', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    const requests: RoomRequest[] = [];
    room.on('voiceRequested', (request) => void requests.push(request));
    await play.recv(`<message from='${ROOM}'>${REQUEST}</message>`);
    expect(requests).toEqual([]);
    await play.here('thirdwitch', word([110], "affiliation='admin' role='moderator'"));
    for (const from of [`${ROOM}/hag`, 'hag66@shakespeare.lit/pda', 'other@chat.shakespeare.lit']) {
      await play.recv(`<message from='${from}'>${REQUEST}</message>`);
    }
    expect(requests).toEqual([]);
    await play.recv(`<message from='${ROOM}'>${REQUEST}</message>`);
    const [request] = requests;
    expect(request).toMatchObject({ kind: 'voice', nick: 'hag' });
    expect(request?.jid?.toString()).toBe('hag66@shakespeare.lit/pda');
    if (request) room.approve(request, true);
    const answer = await play.stream.nextSent();
    expect(`${answer}`).toMatch(/type='submit'.*muc#request_allow' type='boolean'><value>1</);
    room.requestVoice();
    expect(`${await play.stream.nextSent()}`).toMatch(/muc#request<.*muc#role'[^>]*><value>participant</);
  });

  it('its settings have changed: people are warned, and what it is is asked once a second', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    room.on('configChanged', ({ codes }) => void play.events.push(['configChanged', [...codes]]));
    const change = (code: number, from = ROOM): Promise<void> =>
      play.recv(
        `<message from='${from}' type='groupchat'><x xmlns='${NS_USER}'><status code='${code}'/></x></message>`,
      );
    for (const from of [`${ROOM}/firstwitch`, 'other@chat.shakespeare.lit']) await change(172, from);
    expect(play.events).toEqual([]);
    expect(room.showsJids).toBe(false);
    await change(172);
    expect(room.showsJids).toBe(true);
    await change(170);
    await change(173);
    expect(room.showsJids).toBe(false);
    await change(104);
    await change(110);
    expect(play.events.filter(([name]) => name === 'configChanged').map(([, data]) => data)).toEqual([
      [172],
      [170],
      [173],
      [104],
    ]);
    expect(play.events.filter(([name]) => name === 'privacyWarning').map(([, data]) => data)).toEqual([
      { logged: false, nonAnonymous: true },
      { logged: true, nonAnonymous: false },
    ]);
    await play.stream.clock.advance(5_000);
    // Nobody has asked what it is.
    await play.stream.expectNothingSent();
    const asked = play.muc.info(ROOM);
    const disco = "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='muc_moderated'/></query>";
    await play.recv(result(await play.stream.nextSent(), disco));
    await asked;
    for (let i = 0; i < 10; i++) await change(104);
    await play.stream.expectNothingSent();
    await play.stream.clock.advance(1_000);
    await play.recv(result(await play.stream.nextSent(), disco.replace('moderated', 'membersonly')));
    await play.stream.expectNothingSent();
    expect(room.info).toMatchObject({ moderated: false, membersOnly: true });
  });

  it('who is not there is bound to it in another way', async () => {
    const play = await start();
    const room = await play.join();
    const changes: unknown[] = [];
    room.on('affiliationChanged', (change) => void changes.push(change));
    const text = `<x xmlns='${NS_USER}'><item affiliation='member' jid='hag66@shakespeare.lit'/></x>`;
    await play.recv(`<message from='${ROOM}/firstwitch'>${text}</message>`);
    await play.recv(`<message from='${ROOM}'>${text}</message>`);
    expect(changes).toEqual([expect.objectContaining({ affiliation: 'member' })]);
  });
});

describe('being registered', () => {
  it('reserves a nick by the form of the room', async () => {
    const play = await start();
    const done = play.muc.manage(ROOM).register({ 'muc#register_roomnick': 'thirdwitch' });
    done.catch(() => {});
    const form = `<x xmlns='${DATA}' type='form'>${field('FORM_TYPE', `${NS}#register`, 'hidden')}${field('muc#register_roomnick', '')}</x>`;
    const get = await play.stream.expectSent(
      `<iq type='get' id='*' to='${ROOM}'><query xmlns='jabber:iq:register'/></iq>`,
    );
    await play.recv(result(get, `<query xmlns='jabber:iq:register'>${form}</query>`));
    const set = await play.stream.nextSent();
    expect(`${set}`).toContain('<value>thirdwitch</value>');
    await play.recv(refusal(set, 'conflict'));
    await expect(done).rejects.toMatchObject({ reason: 'conflict' });
    const nick = play.muc.reservedNick(ROOM);
    const query = await play.stream.expectSent(
      `<iq type='get' id='*' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info' node='x-roomuser-item'/></iq>`,
    );
    await play.recv(
      result(
        query,
        "<query xmlns='http://jabber.org/protocol/disco#info' node='x-roomuser-item'><identity category='conference' name='thirdwitch' type='text'/></query>",
      ),
    );
    expect(await nick).toBe('thirdwitch');
  });
});
