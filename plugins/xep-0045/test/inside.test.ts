import type { Message } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { NS_USER, ROOM, usePlays, word } from './play.js';

const start = usePlays();

const delay = (from = ROOM): string => `<delay xmlns='urn:xmpp:delay' from='${from}' stamp='2023-12-31T23:00:00Z'/>`;

describe('who is there', () => {
  it('comes, changes and goes', async () => {
    const play = await start();
    const room = await play.join();
    expect(play.names()).toEqual(['subject']);
    await play.here('hecate', word([], "affiliation='none' role='visitor'"));
    await play.here('hecate', word([], "affiliation='none' role='participant'"));
    await play.here('hecate', `<show>away</show>${word([], "affiliation='none' role='participant'")}`);
    await play.here('hecate', `<show>away</show>${word([], "affiliation='none' role='participant'")}`, "id='again'");
    await play.gone('hecate', `<status>gone home</status>${word([], "affiliation='none' role='none'")}`);
    expect(play.events).toEqual([
      ['occupantJoined', { occupant: expect.objectContaining({ nick: 'hecate', role: 'visitor' }) }],
      [
        'occupantChanged',
        {
          occupant: expect.objectContaining({ role: 'participant' }),
          previous: expect.objectContaining({ role: 'visitor' }),
        },
      ],
      ['occupantChanged', expect.anything()],
      [
        'occupantLeft',
        expect.objectContaining({
          reason: 'self',
          text: 'gone home',
          occupant: expect.objectContaining({ nick: 'hecate' }),
        }),
      ],
    ]);
    expect([...room.occupants.keys()]).toEqual(['firstwitch', 'secondwitch', 'thirdwitch']);
  });

  it('is told at once to those who listen already', async () => {
    const play = await start();
    const { joined } = await play.ask();
    play.listen(play.room);
    await play.here('firstwitch');
    await play.says('firstwitch', 'old', delay());
    await play.says('firstwitch', 'live');
    await play.here('thirdwitch', word([110, 100, 170]));
    await play.subject('Fire');
    await joined;
    const seen = play.events.map(([name, data]) => [name, (data as Message).body]);
    expect(seen).toEqual([
      ['joined', undefined],
      ['occupantsLoaded', undefined],
      ['message', 'old'],
      ['message', 'live'],
      ['subject', undefined],
      ['privacyWarning', undefined],
    ]);
    expect(play.events.at(-1)?.[1]).toEqual({ logged: true, nonAnonymous: true });
  });

  it('an own change of nick resolves when the room calls us so (status 303, with 110 or without)', async () => {
    for (const code of [[303], [303, 110]]) {
      const play = await start();
      const room = await play.join();
      play.names();
      const stay = room.me?.stay;
      const changed = room.changeNick('oldhag');
      await play.stream.expectSent(`<presence id='*' to='${ROOM}/oldhag'/>`);
      await play.gone('thirdwitch', word(code, "affiliation='member' role='participant' nick='oldhag'"));
      await play.here('oldhag', word([110]));
      await changed;
      expect(room.nick).toBe('oldhag');
      expect(room.me).toMatchObject({ nick: 'oldhag', stay });
      expect(room.occupants.has('thirdwitch')).toBe(false);
      expect(play.events.map(([name]) => name)).toEqual(['nickChanged']);
      expect(play.events[0]?.[1]).toMatchObject({ own: true, previous: { nick: 'thirdwitch' } });
    }
  });

  it('that of another is no coming and going', async () => {
    const play = await start();
    const room = await play.join();
    const stay = room.occupants.get('firstwitch')?.stay;
    play.names();
    await play.gone('firstwitch', word([303], "affiliation='member' role='participant' nick='hecate'"));
    await play.here('hecate');
    expect(play.names()).toEqual(['nickChanged']);
    expect(room.occupants.get('hecate')?.stay).toBe(stay);
    await play.gone('hecate');
    await play.here('firstwitch');
    expect(room.occupants.get('firstwitch')?.stay).not.toBe(stay);
  });

  it('a nick that is taken is a RoomError', async () => {
    const play = await start();
    const room = await play.join();
    const changed = room.changeNick('firstwitch');
    changed.catch(() => {});
    const sent = await play.stream.nextSent();
    await play.refuse('conflict', 'cancel', { from: `${ROOM}/firstwitch`, id: sent.attribute('id') ?? '' });
    await expect(changed).rejects.toMatchObject({ code: 'ERR_ROOM', reason: 'conflict' });
    expect(room.nick).toBe('thirdwitch');
  });

  it('another device of ours that goes does not take us out', async () => {
    const play = await start();
    const room = await play.join();
    await play.gone('thirdwitch');
    expect(room.state).toBe('joined');
    expect(room.me).toBeDefined();
  });

  it('real addresses count where the room shows them, to all or to us as a moderator', async () => {
    const item = "affiliation='owner' role='moderator' jid='crone1@shakespeare.lit/desktop'";
    for (const [codes, own, shown] of [
      [[110], 'participant', undefined],
      [[110, 100], 'participant', 'crone1@shakespeare.lit/desktop'],
      [[110], 'moderator', 'crone1@shakespeare.lit/desktop'],
    ] as const) {
      const play = await start();
      const { joined } = await play.ask();
      await play.here('firstwitch', word([], item));
      await play.here('thirdwitch', word(codes, `affiliation='none' role='${own}'`));
      await play.subject('');
      const room = await joined;
      expect(room.occupants.get('firstwitch')?.realJid?.toString()).toBe(shown);
    }
  });

  it('the avatar of the room is nobody', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    await play.recv(`<presence from='${ROOM}'><x xmlns='vcard-temp:x:update'><photo>abc</photo></x></presence>`);
    expect(play.names()).toEqual([]);
    expect(room.occupants.size).toBe(3);
  });
});

describe('what is said', () => {
  it('is told with what it is; only what is said now raises the event of the connection', async () => {
    const play = await start();
    const raised: (string | undefined)[] = [];
    play.stream.xmpp.on('message', (message) => void raised.push(message.body));
    const { joined } = await play.ask();
    await play.here('thirdwitch', word([110]));
    await play.says('firstwitch', 'before', delay());
    await play.says('firstwitch', 'mine?', delay(), "id='x'");
    await play.recv(`<message from='${ROOM}/firstwitch' type='groupchat'><subject>Now</subject>${delay()}</message>`);
    const room = await joined;
    await play.says('firstwitch', 'now');
    await play.says('thirdwitch', 'our own, from another device');
    await play.says('firstwitch', 'late, it says', delay());
    const told = play.events.filter(([name]) => name === 'message').map(([, data]) => data as Message);
    expect(told.map(({ body, context }) => [body, context.history, context.way, context.source, context.kind])).toEqual(
      [
        ['before', true, 'in', 'history', 'room'],
        ['mine?', true, 'in', 'history', 'room'],
        ['now', false, 'in', 'stream', 'room'],
        ['our own, from another device', false, 'out', 'stream', 'room'],
        ['late, it says', false, 'in', 'stream', 'room'],
      ],
    );
    expect(told.map(({ context }) => context.author.jid.resource)).toEqual([
      'firstwitch',
      'firstwitch',
      'firstwitch',
      'thirdwitch',
      'firstwitch',
    ]);
    for (const { context } of told) expect(context.peer.toString()).toBe(ROOM);
    expect(told[0]?.context.sentAt?.toISOString()).toBe('2023-12-31T23:00:00.000Z');
    expect(raised).toEqual(['now', 'late, it says']);
    expect(room.subject).toBe('Now');
  });

  it('a change of the subject has neither body nor thread', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    await play.recv(`<message from='${ROOM}/a' type='groupchat'><subject>x</subject><body>b</body></message>`);
    await play.recv(`<message from='${ROOM}/a' type='groupchat'><subject>x</subject><thread>t</thread></message>`);
    expect(room.subject).toBe('');
    await play.subject('Cauldron', 'secondwitch');
    expect(room.subject).toBe('Cauldron');
    expect(play.events.at(-1)).toEqual([
      'subject',
      expect.objectContaining({ subject: 'Cauldron', nick: 'secondwitch' }),
    ]);
  });

  it('by us comes back: by its id, or else by what it says', async () => {
    const play = await start();
    const room = await play.join();
    const one = room.send('one');
    const two = room.send({ body: 'two', subject: 'with a subject' });
    const sent = await play.stream.expectSent(
      `<message id='*' to='${ROOM}' type='groupchat'><body>one</body></message>`,
    );
    await play.stream.nextSent();
    await expect(one).resolves.toBe('written');
    await play.says('firstwitch', 'one', '', `id='${sent.attribute('id')}'`);
    await play.says('thirdwitch', 'something else');
    await play.recv(
      `<message from='${ROOM}/thirdwitch' type='groupchat' id='other'><body>two</body><subject>with a subject</subject></message>`,
    );
    expect((await two.reflected).id).toBe('other');
    await play.says('thirdwitch', 'one', '', `id='${sent.attribute('id')}'`);
    expect((await one.reflected).from?.resource).toBe('thirdwitch');
  });

  it('by us comes back under another id: by what we call it', async () => {
    const play = await start();
    const room = await play.join();
    const [one, two] = [room.send('same'), room.send('same')];
    const origin = `<origin-id xmlns='urn:xmpp:sid:0' id='${two.id}'/>`;
    await play.says('thirdwitch', 'same', origin, "id='other'");
    expect((await two.reflected).id).toBe('other');
    await play.says('firstwitch', 'same', `<origin-id xmlns='urn:xmpp:sid:0' id='${one.id}'/>`);
    await play.says('thirdwitch', 'same', '', `id='${one.id}'`);
    expect((await one.reflected).id).toBe(one.id);
  });

  it('what the room refuses rejects, and so does what does not come back', async () => {
    const play = await start();
    const room = await play.join();
    const refused = room.send('voice?');
    const lost = room.send('hello?', { timeout: 10_000 });
    const sent = await play.stream.nextSent();
    await play.recv(
      `<message from='${ROOM}' type='error' id='${sent.attribute('id')}'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    await expect(refused.reflected).rejects.toMatchObject({ condition: 'forbidden' });
    await play.stream.clock.advance(10_000);
    await expect(lost.reflected).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(play.names().filter((name) => name === 'message')).toEqual([]);
    play.stream.skipSent();
    const subject = room.setSubject('Mine');
    subject.catch(() => {});
    const asked = await play.stream.nextSent();
    await play.recv(
      `<message from='${ROOM}' type='error' id='${asked.attribute('id')}'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    await expect(subject).rejects.toMatchObject({ code: 'ERR_ROOM', reason: 'forbidden' });
  });

  it('waits while the room is entered', async () => {
    const play = await start();
    const { joined } = await play.ask();
    const sending = play.room.send('early');
    await play.stream.expectNothingSent();
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    await joined;
    await play.stream.expectSent(
      `<message id='${sending.id}' to='${ROOM}' type='groupchat'><body>early</body></message>`,
    );
  });

  it('a room that has forgotten us is entered again, and may get it once more', async () => {
    const play = await start();
    const room = await play.join({ resend: true });
    const sending = room.send('hello');
    const sent = await play.stream.nextSent();
    const error = `<message from='${ROOM}' type='error' id='${sent.attribute('id')}'><error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`;
    await play.recv(error);
    expect(room.state).toBe('unreachable');
    await play.stream.clock.advance(5_000);
    const again = await play.stream.nextSent();
    expect(again.attribute('to')).toBe(`${ROOM}/thirdwitch`);
    expect(`${again}`).toContain('since=');
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    await play.stream.expectSent(
      `<message id='${sending.id}' to='${ROOM}' type='groupchat'><body>hello</body></message>`,
    );
    await play.recv(error);
    await expect(sending.reflected).rejects.toMatchObject({ condition: 'not-acceptable' });
  });

  it('whispers have the mark, and come from an occupant', async () => {
    const play = await start();
    const room = await play.join();
    play.names();
    room.whisper('firstwitch', 'psst');
    await play.stream.expectSent(
      `<message id='*' to='${ROOM}/firstwitch' type='chat'><body>psst</body><x xmlns='${NS_USER}'/></message>`,
    );
    await play.recv(`<message from='${ROOM}/firstwitch' type='chat' id='w'><body>yes?</body></message>`);
    const [name, data] = play.events.at(-1) ?? [];
    expect(name).toBe('whisper');
    const { context } = data as Message;
    expect(context.kind).toBe('private');
    expect(context.peer.toString()).toBe(`${ROOM}/firstwitch`);
    expect((data as Message).reply('answer').to?.toString()).toBe(`${ROOM}/firstwitch`);
  });
});
