import { inspect } from 'node:util';
import type { Message } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { MultiUserChat } from '../src/index.js';
import { NS_USER, ROOM, usePlays, word } from './play.js';

const start = usePlays();

describe('what is not to be believed', () => {
  it('a presence of a room that was never joined makes no room', async () => {
    const play = await start();
    await play.here('alice', word([110], "affiliation='owner' role='moderator'"));
    expect([...play.muc.rooms]).toEqual([]);
    expect(play.muc.room(ROOM)).toBeUndefined();
    await play.stream.expectNothingSent();
  });

  it('what others say about the room is nothing of it', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    const forged = 'coven@evil.example';
    await play.recv(`<presence from='${forged}/thirdwitch' type='unavailable'>${word([110, 301])}</presence>`);
    await play.recv(`<presence from='chat.shakespeare.lit' type='unavailable'>${word([110, 301])}</presence>`);
    await play.recv(`<message from='${forged}/x' type='groupchat'><subject>Owned</subject></message>`);
    const sending = room.send('hello');
    await play.recv(
      `<message from='${forged}/thirdwitch' type='groupchat' id='${sending.id}'><body>hello</body></message>`,
    );
    await play.recv(
      `<message from='${forged}' type='error' id='${sending.id}'><error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    expect(play.names()).toEqual([]);
    expect(room).toMatchObject({ state: 'joined', subject: '' });
    const settled: unknown[] = [];
    sending.reflected.then(
      (message) => settled.push(message),
      (error) => settled.push(error),
    );
    await play.stream.idle();
    expect(settled).toEqual([]);
  });

  it('what an occupant puts in of the room`s own words', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    // A room that does not take it out: one of them is the occupant's invention, and nobody can tell which.
    await play.here('firstwitch', `<x xmlns='${NS_USER}'><item affiliation='owner' role='moderator'/></x>${word()}`);
    expect(room.occupants.get('firstwitch')).toMatchObject({ affiliation: 'none', role: 'none' });
    await play.gone('thirdwitch', `<x xmlns='${NS_USER}'><status code='110'/><status code='301'/></x>${word()}`);
    expect(room.state).toBe('joined');
    await play.says('firstwitch', 'I am the owner', word([110, 301, 332], "affiliation='owner' role='moderator'"));
    expect(room.occupants.get('firstwitch')).toMatchObject({ affiliation: 'none', role: 'none' });
    expect(room.state).toBe('joined');
  });

  it('an occupant that gives back our id is not us', async () => {
    const play = await start();
    const { request, joined } = await play.ask();
    await play.here('thirdwitch', word([110]), `id='${request.attribute('id')}'`);
    await play.here('eve', word(), `id='${request.attribute('id')}'`);
    await play.subject('');
    const room = await joined;
    expect(room.nick).toBe('thirdwitch');
    await play.says('eve', 'I am you');
    expect(play.events.at(-1)?.[1]).toMatchObject({ context: { way: 'in' } });
  });

  it('what is said is not hidden by an invitation that its sender has put in', async () => {
    const play = await start();
    await play.join();
    play.names();
    await play.says('firstwitch', 'hear me', `<x xmlns='${NS_USER}'><invite to='a@b'/></x>`);
    expect(play.names()).toEqual(['message']);
  });

  it('a nick that cannot be is refused at once, and nothing stays behind', async () => {
    const play = await start();
    await expect(play.muc.join(ROOM, { nick: 'x'.repeat(2_000) })).rejects.toMatchObject({ name: 'JidError' });
    await play.stream.expectNothingSent();
    expect([...play.muc.rooms]).toEqual([]);
    const room = await play.join();
    await expect(room.changeNick('')).rejects.toMatchObject({ name: 'JidError' });
    expect(room.changingNick).toBe(false);
  });

  it('a password that somebody else has chosen is in no report', async () => {
    const play = await start();
    const room = await play.join();
    await play.gone(
      'thirdwitch',
      `<x xmlns='${NS_USER}'><item affiliation='none' role='none'/><destroy jid='a@b'><password>hush</password></destroy></x>`,
    );
    const error = await room.send('x').reflected.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_NOT_IN_ROOM' });
    expect(inspect(error, { depth: 10 })).not.toContain('hush');
  });

  it('a private message is none of a contact, with the mark or without', async () => {
    const play = await start();
    const kinds: string[] = [];
    play.stream.xmpp.on('message', ({ context }) => void kinds.push(`${context.kind} ${context.peer}`));
    await play.recv(
      `<message from='${ROOM}/boss@example.org' type='chat'><x xmlns='${NS_USER}'/><body>hi</body></message>`,
    );
    await play.join();
    await play.recv(`<message from='${ROOM}/firstwitch' type='chat'><body>hi</body></message>`);
    await play.recv(`<message from='juliet@capulet.lit/balcony' type='chat'><body>hi</body></message>`);
    expect(kinds).toEqual([
      `private ${ROOM}/boss@example.org`,
      `private ${ROOM}/firstwitch`,
      'chat juliet@capulet.lit',
    ]);
  });

  it('occupants are no contacts', async () => {
    const play = await start();
    const online: string[] = [];
    play.stream.xmpp.on('gotOnline', ({ jid }) => void online.push(`${jid}`));
    await play.join();
    await play.gone('firstwitch');
    await play.stream.drop();
    expect(online).toEqual([]);
    expect(play.stream.xmpp.roster.of().get(ROOM)).toBeUndefined();
  });

  it('nonsense in what the room says costs nothing but itself', async () => {
    const play = await start();
    const { joined } = await play.ask();
    await play.here(
      'firstwitch',
      `<x xmlns='${NS_USER}'><item affiliation='king' role='' jid='@@'/><status code='abc'/><status/></x>`,
    );
    await play.here('secondwitch', '<show>sideways</show>');
    await play.here('__proto__');
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    const room = await joined;
    expect(room.occupants.get('firstwitch')).toMatchObject({ affiliation: 'none', role: 'none' });
    expect([...room.occupants.keys()]).toEqual(['firstwitch', 'secondwitch', '__proto__', 'thirdwitch']);
    await play.gone('firstwitch', word([303], "affiliation='none' role='none' nick='&lt;&#9;'"));
    await play.gone('secondwitch', word([303]));
    expect([...room.occupants.keys()]).toEqual(['__proto__', 'thirdwitch']);
  });
});

describe('bounds', () => {
  it('ten thousand occupants are no matter', async () => {
    const play = await start();
    const { joined } = await play.ask();
    const caps = "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/>";
    const flood = Array.from(
      { length: 10_000 },
      (_, i) => `<presence from='${ROOM}/witch${i}' id='${i}'>${caps}${word()}</presence>`,
    );
    await play.stream.recv(flood.join(''));
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    const room = await joined;
    expect(room.occupants.size).toBe(10_001);
    expect(play.events.map(([name]) => name)).toEqual(['subject']);
  });

  it('occupants are bounded in number; we are always among them', async () => {
    const play = await start({ maxOccupants: 100 });
    const { joined } = await play.ask();
    for (let i = 0; i < 200; i++) await play.here(`witch${i}`);
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    const room = await joined;
    expect(room.occupants.size).toBe(101);
    expect(room.me?.nick).toBe('thirdwitch');
    play.names();
    await play.here('another');
    await play.gone('another');
    await play.gone('witch0');
    await play.here('another');
    expect(play.names()).toEqual(['occupantLeft']);
    await play.gone('witch1');
    await play.gone('witch2');
    await play.here('another');
    expect(play.names()).toEqual(['occupantLeft', 'occupantLeft', 'occupantJoined']);
  });

  it('and in bytes: what they say of themselves is cut', async () => {
    const play = await start({ maxOccupantBytes: 100_000 });
    const large = `<show>away</show><status>${'s'.repeat(1_000)}</status><c xmlns='urn:x'>${'x'.repeat(2_000)}</c>`;
    const { joined } = await play.ask();
    for (let i = 0; i < 100; i++) await play.here(`witch${i}`, large + word());
    await play.here('huge', `<c xmlns='urn:x'>${'x'.repeat(100_000)}</c>${word()}`);
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    const room = await joined;
    const kept = [...room.occupants.values()].filter(({ presence }) => presence.xml.child('c', 'urn:x'));
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(20);
    const last = room.occupants.get('witch99')?.presence;
    expect(last?.show).toBe('away');
    expect(last?.status).toBe('s'.repeat(256));
  });

  it('what is said while we enter', async () => {
    const play = await start();
    const { joined } = await play.ask();
    for (let i = 0; i < 1_500; i++) await play.says('firstwitch', `${i}`);
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    await joined;
    const told = play.events.filter(([name]) => name === 'message').map(([, data]) => (data as Message).body);
    expect(told.length).toBeLessThanOrEqual(1_000);
    expect(told.at(-1)).toBe('1499');
  });

  it('what we say and do not hear', async () => {
    const play = await start();
    const room = await play.join();
    for (let i = 0; i < 1_000; i++) room.send('x');
    await expect(room.send('one too many').reflected).rejects.toMatchObject({ code: 'ERR_BUSY' });
  });

  it('for the puppets of a component nobody else is kept', async () => {
    const play = await start({ track: 'self' }, { kind: 'component' });
    play.to = 'puppet@component.example.org';
    const room = await play.join({ from: play.to });
    expect([...room.occupants.keys()]).toEqual(['thirdwitch']);
  });
});

describe('several', () => {
  it('connections have nothing in common', async () => {
    const [one, two] = [await start(), await start()];
    const room = await one.join();
    expect(two.muc.room(ROOM)).toBeUndefined();
    const { joined } = await two.ask();
    await one.gone('thirdwitch', word([110, 307]));
    expect(room.state).toBe('left');
    await two.here('thirdwitch', word([110]));
    await two.subject('');
    await expect(joined).resolves.toMatchObject({ state: 'joined' });
  });

  it('addresses of a component are in a room each for itself', async () => {
    const play = await start({}, { kind: 'component' });
    const { muc, stream } = play;
    const puppets = ['one', 'two'].map((name) => `${name}@component.example.org`);
    const joins = puppets.map((from, index) => muc.join(ROOM, { from, nick: `nick${index}` }));
    for (const [index, from] of puppets.entries()) {
      const request = await stream.nextSent();
      expect(request.attribute('from')).toBe(from);
      await stream.recv(`<presence from='${ROOM}/nick${index}' to='${from}'>${word([110])}</presence>`);
      await stream.recv(
        `<message from='${ROOM}/nick0' to='${from}' type='groupchat'><subject>S${index}</subject></message>`,
      );
    }
    const [one, two] = await Promise.all(joins);
    expect(one).not.toBe(two);
    expect(muc.room(ROOM, puppets[0])).toBe(one);
    expect(muc.room(ROOM)).toBeUndefined();
    expect([one?.subject, two?.subject]).toEqual(['S0', 'S1']);
    const heard: string[] = [];
    one?.on('message', ({ context }) => void heard.push(`one ${context.way}`));
    two?.on('message', ({ context }) => void heard.push(`two ${context.way}`));
    const sending = one?.send('hello');
    await stream.expectSent(
      `<message id='*' from='${puppets[0]}' to='${ROOM}' type='groupchat'><body>hello</body></message>`,
    );
    for (const from of puppets) {
      await stream.recv(
        `<message from='${ROOM}/nick0' to='${from}' type='groupchat' id='${sending?.id}'><body>hello</body></message>`,
      );
    }
    await expect(sending?.reflected).resolves.toMatchObject({ body: 'hello' });
    expect(heard).toEqual(['one out', 'two in']);
    await stream.recv(
      `<presence from='${ROOM}/nick0' to='${puppets[0]}' type='unavailable'>${word([110, 307])}</presence>`,
    );
    expect([one?.state, two?.state]).toEqual(['left', 'joined']);
    stream.xmpp.remove(MultiUserChat);
    await stream.expectSent(`<presence type='unavailable' from='${puppets[1]}' to='${ROOM}/nick1'/>`);
  });
});
