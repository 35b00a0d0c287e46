import { ConfigError, JidError, parseStanza } from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { MultiUserChat, type Room, type RoomInvite } from '@sestina/xep-0045';
import { afterEach, describe, expect, it } from 'vitest';
import { DirectInvitations, type DirectInvitationsOptions, NS_CONFERENCE } from '../src/index.js';

const ROOM = 'darkcave@macbeth.shakespeare.lit';
const FRIEND = 'crone1@shakespeare.lit/desktop';
const streams: ScriptedStream[] = [];

async function start(options: Partial<DirectInvitationsOptions> = { accept: 'everybody' }) {
  const stream = await ScriptedStream.start({ plugins: [[DirectInvitations, options]] });
  streams.push(stream);
  const invites: RoomInvite[] = [];
  stream.xmpp.on('roomInvite', (invite) => void invites.push(invite));
  const receive = (inside: string, from = FRIEND): Promise<void> =>
    stream.recv(`<message from='${from}' to='${stream.xmpp.boundJid}'>${inside}</message>`);
  return { stream, invites, receive, plugin: stream.xmpp.plugin(DirectInvitations) };
}

afterEach(async () => {
  for (const stream of streams.splice(0)) {
    expect(stream.errors).toEqual([]);
    await stream.close();
  }
});

const x = (attributes = `jid='${ROOM}'`): string => `<x xmlns='${NS_CONFERENCE}' ${attributes}/>`;
const MEDIATED = `<x xmlns='http://jabber.org/protocol/muc#user'><invite from='${FRIEND}'/></x>`;

describe('an invitation that comes', () => {
  it('is told with all that is in it (XEP-0249 example 1)', async () => {
    const { stream, invites, receive } = await start();
    const messages: unknown[] = [];
    stream.xmpp.on('message', (message) => messages.push(message));
    await receive(
      `<body>Come to my cave</body>${x(`continue='true' jid='${ROOM}' password='cauldronburn' reason='Hey Hecate' thread='e0ffe42b28561960c6b12b944a092794b9683a38'`)}`,
    );
    expect(invites).toEqual([
      expect.objectContaining({
        password: 'cauldronburn',
        reason: 'Hey Hecate',
        direct: true,
        continue: true,
        thread: 'e0ffe42b28561960c6b12b944a092794b9683a38',
      }),
    ]);
    expect(invites[0]?.room.toString()).toBe(ROOM);
    expect(invites[0]?.from?.toString()).toBe(FRIEND);
    expect(messages).toEqual([]);
    await stream.expectNothingSent();
  });

  it('shows no tracer the password of the room', async () => {
    const shown: string[] = [];
    const note = (element: unknown): void => void shown.push(String(element));
    const stream = await ScriptedStream.start({
      plugins: [DirectInvitations],
      options: { tracer: { incoming: note, outgoing: note } },
    });
    streams.push(stream);
    stream.xmpp.plugin(DirectInvitations).invite(ROOM, FRIEND, { password: 'cauldronburn' });
    await stream.idle();
    expect(shown.join('')).toContain(NS_CONFERENCE);
    expect(shown.join('')).not.toContain('cauldronburn');
  });

  it('is told late where it was delayed', async () => {
    const { invites, receive } = await start();
    await receive(`${x()}<delay xmlns='urn:xmpp:delay' from='example.org' stamp='2023-12-31T00:00:00Z'/>`);
    expect(invites[0]?.message.context.sentAt?.toISOString()).toBe('2023-12-31T00:00:00.000Z');
  });

  it('is told from a copy and from an archive, and not where we have sent it', async () => {
    const { stream, invites } = await start();
    const { account } = stream.xmpp;
    for (const source of ['carbon', 'archive'] as const) {
      for (const [from, to] of [
        [FRIEND, account],
        [`${account}/other`, 'hecate@shakespeare.lit'],
      ] as const) {
        const room = x(`jid='${source}@chat.example'`);
        const message = parseStanza(`<message xmlns='jabber:client' from='${from}' to='${to}'>${room}</message>`);
        const delivered = stream.xmpp.messages.deliver(message as never, { source } as never);
        await stream.idle();
        await delivered;
      }
    }
    expect(invites.map(({ room, from }) => [room.local, from?.full])).toEqual([
      ['carbon', FRIEND],
      ['archive', FRIEND],
    ]);
    expect(invites[0]?.continue).toBe(false);
  });

  it('is for one, and not for a whole room', async () => {
    const { stream, invites } = await start();
    await stream.recv(`<message from='${FRIEND}' to='${stream.xmpp.boundJid}' type='groupchat'>${x()}</message>`);
    expect(invites).toEqual([]);
  });

  it('names a room, and nothing else', async () => {
    const { invites, receive } = await start();
    for (const jid of [`jid='${ROOM}/nick'`, "jid='@@'", "jid='macbeth.shakespeare.lit'", '']) await receive(x(jid));
    expect(invites).toEqual([]);
  });

  it('beside one by way of the room is that one, in either order', async () => {
    const { stream, invites, receive } = await start();
    await receive(MEDIATED + x(), ROOM);
    await receive(x());
    expect(invites.map(({ direct }) => direct)).toEqual([false]);
    await stream.clock.advance(600_000);
    await receive(x());
    await receive(MEDIATED, ROOM);
    expect(invites.map(({ direct }) => direct)).toEqual([false, true]);
    // Its inviter would be the room.
    await stream.clock.advance(600_000);
    await receive(`${MEDIATED.replace(/ from='[^']*'/, '')}${x()}`, FRIEND);
    expect(invites.length).toBe(2);
  });

  it('of a stranger is told only where strangers are welcome', async () => {
    const { invites, receive, stream } = await start({});
    await stream.recv(`<message to='${stream.xmpp.boundJid}'>${x()}</message>`);
    await receive(x());
    const [asked] = stream.sent;
    if (asked) await stream.recvResult(asked, "<query xmlns='jabber:iq:roster'/>");
    expect(invites).toEqual([]);
    await receive(x(), `${stream.xmpp.account}/other`);
    expect(invites.length).toBe(1);
    stream.skipSent();
  });

  it('is bounded, whoever sends it', async () => {
    const { invites, receive } = await start();
    for (let i = 0; i < 20; i++) await receive(x(`jid='room${i}@chat.example'`));
    expect(invites.length).toBe(5);
    for (let i = 0; i < 100; i++) await receive(x(`jid='r${i}@chat.example'`), `spam${i}@evil.example/x`);
    expect(invites.length).toBe(50);
  });
});

describe('an invitation that goes', () => {
  it('has what it is given', async () => {
    const { stream, plugin } = await start();
    plugin.invite(`${ROOM}/x`, 'hecate@shakespeare.lit', { password: 'p', reason: 'r', thread: 't' });
    await stream.expectSent(
      `<message id='*' to='hecate@shakespeare.lit'><x xmlns='${NS_CONFERENCE}' jid='${ROOM}' password='p' reason='r' thread='t' continue='true'/></message>`,
    );
    plugin.invite(ROOM, 'hecate@shakespeare.lit', { continue: true });
    await stream.expectSent(
      `<message id='*' to='hecate@shakespeare.lit'><x xmlns='${NS_CONFERENCE}' jid='${ROOM}' continue='true'/></message>`,
    );
    expect(() => plugin.invite('@', 'hecate@shakespeare.lit')).toThrow(JidError);
    plugin.invite(ROOM, 'hecate@shakespeare.lit', { continue: false });
    await stream.expectSent(
      `<message id='*' to='hecate@shakespeare.lit'><x xmlns='${NS_CONFERENCE}' jid='${ROOM}'/></message>`,
    );
  });

  it('comes from the address of a component that is given', async () => {
    const stream = await ScriptedStream.start({ kind: 'component', jid: 'bot.example', plugins: [DirectInvitations] });
    streams.push(stream);
    stream.xmpp.plugin(DirectInvitations).invite(ROOM, FRIEND, { from: 'me@bot.example' });
    expect((await stream.nextSent()).attribute('from')).toBe('me@bot.example');
    await expect(start({ accept: 'friends' as never })).rejects.toMatchObject({ option: 'accept' });
  });

  it('is announced, and removed with the plugin', async () => {
    const { stream, invites, receive } = await start();
    expect([...stream.xmpp.advertised]).toContain(NS_CONFERENCE);
    stream.xmpp.remove(DirectInvitations);
    expect([...stream.xmpp.advertised]).not.toContain(NS_CONFERENCE);
    await receive(x());
    expect(invites).toEqual([]);
  });
});

describe('Room.invite() with `direct`', () => {
  const DISCO = 'http://jabber.org/protocol/disco#info';

  /** Has a room say what it is. */
  async function told(stream: ScriptedStream, ...features: string[]): Promise<void> {
    const asked = stream.xmpp.plugin(MultiUserChat).info(ROOM);
    const id = (await stream.nextSent()).attribute('id');
    const list = ['http://jabber.org/protocol/muc', ...features].map((name) => `<feature var='${name}'/>`).join('');
    await stream.recv(
      `<iq type='result' from='${ROOM}' to='${stream.xmpp.boundJid}' id='${id}'><query xmlns='${DISCO}'>${list}</query></iq>`,
    );
    await asked;
  }

  async function entered(stream: ScriptedStream): Promise<Room> {
    const joining = stream.xmpp.plugin(MultiUserChat).join(ROOM, { nick: 'crone' });
    await stream.nextSent();
    const word = "<x xmlns='http://jabber.org/protocol/muc#user'><item role='participant'/><status code='110'/></x>";
    await stream.recv(`<presence from='${ROOM}/crone' to='${stream.xmpp.boundJid}'>${word}</presence>`);
    await stream.recv(`<message from='${ROOM}' to='${stream.xmpp.boundJid}' type='groupchat'><subject/></message>`);
    return joining;
  }

  it('goes past the room, with all that is in it', async () => {
    const { stream } = await start();
    const room = await entered(stream);
    room.invite(FRIEND, { direct: true, reason: 'Come', password: 'p', thread: 't' });
    await stream.expectSent(
      `<message id='*' to='${FRIEND}'><x xmlns='${NS_CONFERENCE}' jid='${ROOM}' password='p' reason='Come' continue='true' thread='t'/></message>`,
    );
    await told(stream, 'muc_open');
    room.invite(FRIEND, { direct: true });
    await stream.expectSent(`<message id='*' to='${FRIEND}'>${x()}</message>`);
  });

  it('goes by way of a room that has to make members of those who are invited', async () => {
    const { stream } = await start();
    const room = await entered(stream);
    await told(stream, 'muc_membersonly');
    room.invite(FRIEND, { direct: true, reason: 'Come' });
    await stream.expectSent(
      `<message id='*' to='${ROOM}'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='${FRIEND}'><reason>Come</reason></invite></x></message>`,
    );
  });

  it('is refused before anything is sent where this plugin is not there', async () => {
    const { stream } = await start();
    const managed = stream.xmpp.plugin(MultiUserChat).manage(ROOM);
    stream.xmpp.remove(DirectInvitations);
    expect(() => managed.invite(FRIEND, { direct: true })).toThrow(ConfigError);
    managed.invite(FRIEND);
    expect((await stream.nextSent()).attribute('to')).toBe(ROOM);
    await stream.expectNothingSent();
  });
});
