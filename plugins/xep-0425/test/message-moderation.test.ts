import type { Message } from '@sestina/core';
import { CannotReferError, MemoryMessageIndex, type MessageFacts } from '@sestina/message-index';
import { parseXml, ScriptedStream, useStreams } from '@sestina/testing';
import { MultiUserChat, RoomError } from '@sestina/xep-0045';
import { StanzaIds } from '@sestina/xep-0359';
import { type MessageRetracted, MessageRetraction } from '@sestina/xep-0424';
import { afterEach, describe, expect, it } from 'vitest';
import { type MessageModerated, MessageModeration, NS_MODERATE, NS_MODERATE_0 } from '../src/index.js';

const OWN = 'romeo@montague.example/orchard';
const ROOM = 'verona@rooms.example';
const NS_INFO = 'http://jabber.org/protocol/disco#info';
const streams = useStreams(afterEach);
const word = (codes = ''): string =>
  `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/>${codes}</x>`;

/** A room that announces these features, in which Juliet has said something. */
async function enter(...features: string[]) {
  return entered(features);
}

/** The same; without features the room does not say what it announces before it is entered. */
async function entered(features: readonly string[] | undefined) {
  const stream = await ScriptedStream.start({
    jid: OWN,
    plugins: [[StanzaIds, { requireAnnounced: false, originId: 'never' }], MemoryMessageIndex, MessageModeration],
  });
  streams.keep(stream);
  const { xmpp } = stream;
  await stream.idle();
  stream.skipSent();
  const [heard, retracted, messages]: [MessageModerated[], MessageRetracted[], Message[]] = [[], [], []];
  xmpp.on('messageModerated', (moderated) => heard.push(moderated));
  xmpp.on('messageRetracted', (each) => retracted.push(each));
  xmpp.on('message', (message) => messages.push(message));
  const joined = xmpp.plugin(MultiUserChat).join(ROOM, { nick: 'romeo' });
  const announced = features?.map((name) => `<feature var='${name}'/>`).join('');
  if (announced === undefined) await stream.recvError(await stream.nextSent(), 'internal-server-error');
  else await stream.recvResult(await stream.nextSent(), `<query xmlns='${NS_INFO}'>${announced}</query>`);
  await stream.nextSent();
  await stream.recv(`<presence from='${ROOM}/juliet' to='${OWN}'>${word()}</presence>`);
  await stream.recv(`<presence from='${ROOM}/romeo' to='${OWN}'>${word("<status code='110'/>")}</presence>`);
  await stream.recv(`<message from='${ROOM}' to='${OWN}' type='groupchat'><subject/></message>`);
  const room = await joined;
  const says = (id: string, from: string, inside: string, type = 'groupchat'): Promise<void> =>
    stream.recv(`<message from='${from}' to='${OWN}' type='${type}' id='${id}'>${inside}</message>`);
  const sid = (id: string): string => `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='${id}'/>`;
  await says('m1', `${ROOM}/juliet`, `<body>spam</body>${sid('s1')}`);
  const index = xmpp.plugin(MemoryMessageIndex);
  const facts = (await index.find(room.jid, 's1')) as MessageFacts;
  return {
    stream,
    xmpp,
    room,
    says,
    sid,
    index,
    heard,
    retracted,
    messages,
    facts,
    moderation: xmpp.plugin(MessageModeration),
  };
}

const moderated = (id: string, by = ` by='${ROOM}/witch'`): string =>
  `<retract xmlns='urn:xmpp:message-retract:1' id='${id}'><moderated xmlns='${NS_MODERATE}'${by}>` +
  `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='w'/></moderated><reason>spam</reason></retract>`;
const moderated0 = (id: string): string =>
  `<apply-to xmlns='urn:xmpp:fasten:0' id='${id}'><moderated xmlns='${NS_MODERATE_0}' by='${ROOM}/witch'>` +
  `<retract xmlns='urn:xmpp:message-retract:0'/><reason>spam</reason></moderated></apply-to>`;

describe('a moderation', () => {
  it.each([
    [NS_MODERATE, moderated],
    [NS_MODERATE_0, moderated0],
  ])('is the word of the room (%s)', async (feature, inside) => {
    const { says, heard, retracted, facts, room } = await enter(feature, 'urn:xmpp:occupant-id:0');
    await says('x1', ROOM, inside('s1'));
    expect(heard).toMatchObject([{ facts: { key: facts.key }, reason: 'spam', tombstone: false, source: 'stream' }]);
    expect([heard[0]?.room, heard[0]?.by?.jid.full]).toEqual([room, `${ROOM}/witch`]);
    if (feature === NS_MODERATE) expect(heard[0]?.by?.occupantId).toBe('w');
    expect(retracted).toMatchObject([{ facts: { key: facts.key }, verified: true }]);
  });

  it('by an occupant, by itself or by another room, is dropped', async () => {
    const { says, heard, retracted, messages } = await enter(NS_MODERATE);
    for (const inside of [moderated('s1'), moderated0('s1')]) {
      await says('x1', `${ROOM}/juliet`, inside);
      await says('x2', 'other@rooms.example', inside);
      await says('x3', ROOM, inside, 'chat');
      await says('x4', `${ROOM}/juliet`, `<body>x</body>${inside}`);
    }
    expect([heard, retracted, messages.map(({ id }) => id)]).toEqual([[], [], ['m1']]);
  });

  it('by a room that somebody else has entered, or of which an archive says nothing, is dropped', async () => {
    const { xmpp, stream, says, heard } = await enter(NS_MODERATE);
    xmpp.claim('other@rooms.example', { kind: 'room' });
    await says('x1', 'other@rooms.example', moderated('s1'));
    const message = xmpp.message({ from: ROOM, to: OWN, type: 'groupchat', id: 'x2' });
    message.xml.append(parseXml(moderated('s1')));
    await xmpp.messages.deliver(message, { source: 'archive', history: true });
    await stream.idle();
    expect([heard, stream.errors]).toEqual([[], []]);
  });

  it('has the room asked what it announces, where that is not known', async () => {
    const { stream, room, heard, moderation } = await entered(undefined);
    expect([room.info, moderation.supported(room)]).toEqual([undefined, 'none']);
    await stream.recv(`<message from='${ROOM}' to='${OWN}' type='groupchat' id='x1'>${moderated('s1')}</message>`);
    expect(heard).toEqual([]);
    const asked = await stream.nextSent();
    expect(asked.attribute('to')).toBe(ROOM);
    await stream.recvResult(asked, `<query xmlns='${NS_INFO}'><feature var='${NS_MODERATE}'/></query>`);
    expect(heard).toHaveLength(1);
  });

  it('is none that takes nothing back, and no tombstone that is no moderator’s', async () => {
    const { stream, xmpp, room, says, heard } = await enter(NS_MODERATE, NS_MODERATE_0);
    await says('x1', ROOM, moderated0('s1').replace("<retract xmlns='urn:xmpp:message-retract:0'/>", ''));
    await says('x2', ROOM, `<apply-to xmlns='urn:xmpp:fasten:0' id='s1'/>`);
    const message = xmpp.message({ from: `${ROOM}/juliet`, to: OWN, type: 'groupchat', id: 'm8' });
    message.xml.append(parseXml(`<retracted xmlns='urn:xmpp:message-retract:1' id='r1'/>`));
    const by = room.jid;
    await xmpp.messages.deliver(message, { source: 'archive', history: true, by, archive: by, archiveId: 's8' });
    await stream.idle();
    expect([heard, stream.errors]).toEqual([[], []]);
  });

  it('that is looked for is told no more once the plugin is removed', async () => {
    const { xmpp, index, says, heard } = await enter(NS_MODERATE);
    const find = index.find.bind(index);
    index.find = async (...query) => {
      const found = await find(...query);
      xmpp.remove(MessageModeration);
      return found;
    };
    await says('x1', ROOM, moderated('s1'));
    expect(heard).toEqual([]);
  });

  it('that comes twice is told once', async () => {
    const { says, heard } = await enter(NS_MODERATE);
    await says('x1', ROOM, moderated('s1'));
    await says('x1', ROOM, moderated('s1'));
    await says('x2', ROOM, moderated(''));
    expect(heard).toHaveLength(1);
  });

  it('in a room that does not announce it is dropped: an occupant could have made it', async () => {
    const { says, heard, retracted } = await enter('muc_open');
    await says('x1', ROOM, moderated('s1'));
    expect([heard, retracted]).toEqual([[], []]);
  });

  it('of a message that is not known yet is told, and once more when that comes', async () => {
    const { says, sid, heard } = await enter(NS_MODERATE);
    await says('x1', ROOM, moderated('s2', ''));
    await says('m2', `${ROOM}/juliet`, `<body>spam</body>${sid('s2')}`);
    expect(heard.map(({ facts, by }) => [facts?.id, by])).toEqual([
      [undefined, undefined],
      ['m2', undefined],
    ]);
    // What a sender calls a message is not what the room calls it.
    await says('x2', ROOM, moderated('m1'));
    expect(heard.at(-1)?.facts).toBeUndefined();
  });

  it.each([
    `<retracted xmlns='urn:xmpp:message-retract:1' stamp='2024-01-01T00:00:00Z'><moderated xmlns='${NS_MODERATE}' by='${ROOM}/witch'/><reason>spam</reason></retracted>`,
    `<moderated xmlns='${NS_MODERATE_0}' by='${ROOM}/witch'><retracted xmlns='urn:xmpp:message-retract:0' stamp='2024-01-01T00:00:00Z'/><reason>spam</reason></moderated>`,
  ])('is a tombstone in the archive of the room, and nowhere else', async (inside) => {
    const { xmpp, stream, says, heard, room } = await enter(NS_MODERATE, NS_MODERATE_0);
    await says('m3', `${ROOM}/juliet`, inside);
    const archived = (by: typeof room.jid, archiveId: string) => {
      const message = xmpp.message({ from: `${ROOM}/juliet`, to: OWN, type: 'groupchat', id: archiveId });
      message.xml.append(parseXml(inside));
      return xmpp.messages.deliver(message, { source: 'archive', history: true, by, archive: by, archiveId });
    };
    await archived(xmpp.account, 'a1');
    expect(heard).toEqual([]);
    await archived(room.jid, 's9');
    await stream.idle();
    expect(heard).toMatchObject([{ tombstone: true, reason: 'spam', facts: { archiveId: 's9' } }]);
  });
});

describe('moderating', () => {
  it.each([
    [
      NS_MODERATE,
      `<moderate xmlns='${NS_MODERATE}' id='s1'><retract xmlns='urn:xmpp:message-retract:1'/><reason>spam</reason></moderate>`,
    ],
    [
      NS_MODERATE_0,
      `<apply-to xmlns='urn:xmpp:fasten:0' id='s1'><moderate xmlns='${NS_MODERATE_0}'><retract xmlns='urn:xmpp:message-retract:0'/><reason>spam</reason></moderate></apply-to>`,
    ],
  ])('asks the room, in the version that it announces (%s)', async (feature, payload) => {
    const { stream, moderation, room, facts } = await enter(feature);
    const done = moderation.retract(room, facts, 'spam');
    const request = await stream.expectSent(`<iq type='set' id='*' to='${ROOM}'>${payload}</iq>`);
    await stream.recvResult(request);
    await done;
    const refused = expect(moderation.retract(room, facts)).rejects.toMatchObject({
      code: 'ERR_ROOM',
      reason: 'forbidden',
    });
    await stream.recvError(await stream.nextSent(), 'forbidden');
    await refused;
  });

  it('is refused where it cannot be', async () => {
    const { moderation, room, facts, xmpp } = await enter('muc_open');
    expect(moderation.supported(room)).toBe('none');
    await expect(moderation.retract(room, facts)).rejects.toThrow(RoomError);
    const nameless = { ...facts, archiveId: undefined };
    await expect(moderation.retract(room, nameless)).rejects.toThrow(CannotReferError);
    const elsewhere = { ...facts, archive: xmpp.account };
    await expect(moderation.retract(room, elsewhere)).rejects.toThrow(CannotReferError);
    await expect(moderation.retract(room, xmpp.message({ to: ROOM, type: 'groupchat', body: 'x' }))).rejects.toThrow(
      CannotReferError,
    );
    await expect(moderation.retract(room, facts, 'x', { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
    xmpp.remove(MessageModeration);
    await expect(moderation.retract(room, facts)).rejects.toThrow(/removed/);
    expect(xmpp.plugins.has(MessageRetraction)).toBe(true);
  });
});
