import type { Message, XmlElement } from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_OCCUPANT_ID, OccupantIds } from '../src/index.js';

const ROOM = 'room@chat.example';
const streams: ScriptedStream[] = [];

afterEach(async () => {
  for (const stream of streams.splice(0)) {
    expect(stream.errors).toEqual([]);
    await stream.close();
  }
});

const ids = (...values: string[]): string =>
  values.map((id) => `<occupant-id xmlns='${NS_OCCUPANT_ID}' id='${id}'/>`).join('');
const word = (codes = ''): string =>
  `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/>${codes}</x>`;

class Play {
  readonly messages: Message[] = [];
  readonly muc: MultiUserChat;
  readonly plugin: OccupantIds;

  constructor(readonly stream: ScriptedStream) {
    this.muc = stream.xmpp.plugin(MultiUserChat);
    this.plugin = stream.xmpp.plugin(OccupantIds);
    stream.xmpp.onMessage((message) => void this.messages.push(message), { sources: ['stream', 'history', 'archive'] });
  }

  static async start(): Promise<Play> {
    const stream = await ScriptedStream.start({ plugins: [OccupantIds] });
    streams.push(stream);
    return new Play(stream);
  }

  recv(xml: string): Promise<void> {
    return this.stream.recv(xml.replace(/^<(\w+) /, `<$1 to='${this.stream.xmpp.boundJid}' `));
  }

  /** Answers what a room announces. */
  async announce(features: readonly string[], room = ROOM): Promise<XmlElement> {
    const query = await this.stream.nextSent();
    expect(`${query}`).toContain('disco#info');
    const all = features.map((name) => `<feature var='${name}'/>`).join('');
    const answer = `<query xmlns='http://jabber.org/protocol/disco#info'>${all}</query>`;
    await this.recv(`<iq type='result' id='${query.attribute('id')}' from='${room}'>${answer}</iq>`);
    return query;
  }

  async join(features: readonly string[] = [NS_OCCUPANT_ID], room = ROOM): Promise<Room> {
    const joined = this.muc.join(room, { nick: 'me' });
    await this.announce(features, room);
    expect((await this.stream.nextSent()).name).toBe('presence');
    await this.recv(`<presence from='${room}/juliet'>${ids('j')}${word()}</presence>`);
    await this.recv(`<presence from='${room}/me'>${ids('m')}${word("<status code='110'/>")}</presence>`);
    await this.recv(
      `<message from='${room}/juliet' type='groupchat'><body>old</body>${ids('j')}<delay xmlns='urn:xmpp:delay' from='${room}' stamp='2023-12-31T00:00:00Z'/></message>`,
    );
    await this.recv(`<message from='${room}' type='groupchat'><subject/></message>`);
    return joined;
  }

  async author(inside: string, from = `${ROOM}/juliet`, type = 'groupchat'): Promise<string | undefined> {
    await this.recv(`<message from='${from}' type='${type}'><body>b</body>${inside}</message>`);
    return this.messages.at(-1)?.context.author.occupantId;
  }
}

describe('an occupant id', () => {
  it('is that of occupants and authors, before the first message counts', async () => {
    const play = await Play.start();
    const room = await play.join();
    expect(play.messages[0]?.context).toMatchObject({ history: true, author: { occupantId: 'j' } });
    expect(room.occupants.get('juliet')?.occupantId).toBe('j');
    expect(room.me?.occupantId).toBe('m');
    expect(await play.author(ids('j'))).toBe('j');
    expect(await play.author(ids('j'), `${ROOM}/juliet`, 'chat')).toBe('j');
    expect(await play.author(ids('m'), `${ROOM}/me`)).toBe('m');
    expect(play.messages.at(-1)?.context.way).toBe('out');
    expect(await play.author('')).toBeUndefined();
  });

  it('stays when the nick is another one, and may have several nicks', async () => {
    const play = await Play.start();
    const room = await play.join();
    await play.recv(`<presence from='${ROOM}/juliet' type='unavailable'>${word()}</presence>`);
    await play.recv(`<presence from='${ROOM}/julia'>${ids('j')}${word()}</presence>`);
    await play.recv(`<presence from='${ROOM}/julchen'>${ids('j')}${word()}</presence>`);
    expect(play.plugin.byId(room, 'j').map(({ nick }) => nick)).toEqual(['julia', 'julchen']);
    expect(await play.author(ids('j'), `${ROOM}/julia`)).toBe('j');
  });

  it('is nothing where the room does not vouch for it, though it stands there', async () => {
    const play = await Play.start();
    const room = await play.join(['muc_open']);
    expect(play.plugin.announced(room)).toBe(false);
    expect(play.messages[0]?.context.author.occupantId).toBeUndefined();
    expect(room.occupants.get('juliet')?.occupantId).toBeUndefined();
    expect(await play.author(ids('j'))).toBeUndefined();
    expect(play.messages.at(-1)?.rawOccupantId).toBe('j');
  });

  it('is nothing where the room does not say what it announces', async () => {
    const play = await Play.start();
    const joined = play.muc.join(ROOM, { nick: 'me' });
    const query = await play.stream.nextSent();
    await play.stream.recvError(query, 'service-unavailable');
    await play.stream.nextSent();
    await play.recv(`<presence from='${ROOM}/me'>${ids('m')}${word("<status code='110'/>")}</presence>`);
    await play.recv(`<message from='${ROOM}' type='groupchat'><subject/></message>`);
    expect((await joined).me?.occupantId).toBeUndefined();
  });

  it('is one, and no longer than 128 characters', async () => {
    const play = await Play.start();
    await play.join();
    expect(await play.author(ids('j', 'x'))).toBeUndefined();
    expect(await play.author(ids('j', 'j'))).toBeUndefined();
    expect(await play.author(ids('x'.repeat(129)))).toBeUndefined();
    expect(await play.author(ids(''))).toBeUndefined();
    expect(await play.author(ids('x'.repeat(128)))).toBe('x'.repeat(128));
  });

  it('belongs to one room, and to no contact', async () => {
    const play = await Play.start();
    await play.join();
    expect(await play.author(ids('j'), 'other@chat.example/juliet')).toBeUndefined();
    expect(await play.author(ids('j'), 'juliet@capulet.example/balcony', 'chat')).toBeUndefined();
  });

  it('in an archive counts where that is the archive of the room', async () => {
    const play = await Play.start();
    const room = await play.join();
    const { xmpp } = play.stream;
    for (const [by, id] of [
      [room.jid, 'j'],
      [xmpp.account, undefined],
      [undefined, undefined],
    ] as const) {
      const message = xmpp.message({ from: `${ROOM}/juliet`, type: 'groupchat', body: 'b', rawOccupantId: 'j' });
      await xmpp.messages.deliver(message, { source: 'archive', way: 'in', ...(by && { by }) });
      expect(play.messages.at(-1)?.context.author.occupantId).toBe(id);
    }
  });

  it('counts no longer once the room has changed its mind (status 104)', async () => {
    const play = await Play.start();
    const room = await play.join();
    await play.recv(
      `<message from='${ROOM}' type='groupchat'><x xmlns='http://jabber.org/protocol/muc#user'><status code='104'/></x></message>`,
    );
    await play.stream.clock.advance(1_000);
    await play.announce([]);
    expect(play.plugin.announced(room)).toBe(false);
    expect(await play.author(ids('j'))).toBeUndefined();
  });

  it('is ours in what we send, before the room has given it back', async () => {
    const play = await Play.start();
    await play.join();
    const { xmpp } = play.stream;
    const sent = xmpp.message({ to: ROOM, type: 'groupchat', body: 'b', rawOccupantId: 'forged' });
    sent.send();
    await play.stream.nextSent();
    const whispered = xmpp.message({ to: 'nurse@capulet.example', type: 'chat', body: 'b' });
    whispered.send();
    await play.stream.nextSent();
    expect([sent.context.author.occupantId, whispered.context.author.occupantId]).toEqual(['m', undefined]);
  });

  it('is asked for in rooms that were entered before the plugin was there', async () => {
    const stream = await ScriptedStream.start({ plugins: [MultiUserChat] });
    streams.push(stream);
    const muc = stream.xmpp.plugin(MultiUserChat);
    const joined = muc.join(ROOM, { nick: 'me' });
    await stream.nextSent();
    const to = stream.xmpp.boundJid;
    await stream.recv(`<presence to='${to}' from='${ROOM}/me'>${ids('m')}${word("<status code='110'/>")}</presence>`);
    await stream.recv(`<message to='${to}' from='${ROOM}' type='groupchat'><subject/></message>`);
    const room = await joined;
    const plugin = stream.xmpp.use(OccupantIds);
    expect(plugin.announced(room)).toBe(false);
    const query = await stream.nextSent();
    expect(query.attribute('to')).toBe(ROOM);
    const feature = `<feature var='${NS_OCCUPANT_ID}'/>`;
    await stream.recvResult(query, `<query xmlns='http://jabber.org/protocol/disco#info'>${feature}</query>`);
    expect(plugin.announced(room)).toBe(true);
    stream.xmpp.remove(OccupantIds);
    stream.xmpp.use(OccupantIds);
    await stream.expectNothingSent();
  });

  it('is in no error, and is written once', async () => {
    const play = await Play.start();
    await play.join();
    const errors: Message[] = [];
    play.stream.xmpp.onMessage((message) => void errors.push(message), { type: 'error' });
    await play.recv(
      `<message from='${ROOM}/juliet' type='error'>${ids('j')}<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    expect(errors.map(({ context }) => context.author.occupantId)).toEqual([undefined]);
    for (const stanza of [play.stream.xmpp.message(), play.stream.xmpp.presence()]) {
      stanza.rawOccupantId = 'a';
      stanza.rawOccupantId = 'b';
      expect([stanza.rawOccupantId, stanza.xml.childrenNamed('occupant-id', NS_OCCUPANT_ID).length]).toEqual(['b', 1]);
      stanza.rawOccupantId = undefined;
      expect(stanza.xml.child('occupant-id', NS_OCCUPANT_ID)).toBeUndefined();
    }
  });

  it('is not passed on', async () => {
    const play = await Play.start();
    await play.join();
    await play.author(ids('j'));
    const copy = play.messages.at(-1)?.copy();
    if (copy) play.stream.xmpp.send(copy.set({ to: 'nurse@capulet.example', from: undefined, type: 'chat' }));
    const sent = await play.stream.nextSent();
    expect(`${sent}`).not.toContain('occupant-id');
    expect(`${sent}`).toContain('<body>b</body>');
  });
});
