import type { Message, PluginClass } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { MultiUserChat, NS_MUC_USER, type Room } from '@sestina/xep-0045';
import { MessageCarbons, NS_CARBONS } from '@sestina/xep-0280';
import { afterEach, describe, expect, it } from 'vitest';

const ROOM = 'coven@chat.shakespeare.lit';
const ACCOUNT = 'hag66@shakespeare.lit';
const OWN = `${ACCOUNT}/pda`;
const OTHER = `${ACCOUNT}/laptop`;
const WITCH = `${ROOM}/secondwitch`;
const MARK = `<x xmlns='${NS_MUC_USER}'/>`;

const streams = useStreams(afterEach);

function occupant(nick: string, codes = ''): string {
  const item = "<item affiliation='member' role='participant'/>";
  return `<presence from='${ROOM}/${nick}' to='${OWN}'><x xmlns='${NS_MUC_USER}'>${item}${codes}</x></presence>`;
}

/** A device that is in a room, and the whispers that it hears. */
async function inside(...more: PluginClass[]): Promise<{ stream: ScriptedStream; room: Room; heard: Message[] }> {
  const stream = await ScriptedStream.start({
    jid: OWN,
    plugins: [...more, [MessageCarbons, { auto: false }], MultiUserChat],
  });
  streams.keep(stream);
  const joining = stream.xmpp.plugin(MultiUserChat).join(ROOM, { nick: 'thirdwitch' });
  await stream.nextSent();
  await stream.recv(occupant('secondwitch') + occupant('thirdwitch', "<status code='110'/>"));
  await stream.recv(`<message from='${ROOM}/secondwitch' to='${OWN}' type='groupchat'><subject/></message>`);
  const room = await joining;
  const heard: Message[] = [];
  room.on('whisper', (message) => void heard.push(message));
  return { stream, room, heard };
}

function whisper(from: string, to: string, { id = 'i1', body = 'psst', mark = MARK } = {}): string {
  return `<message xmlns='jabber:client' from='${from}' to='${to}' type='chat' id='${id}'><body>${body}</body>${mark}</message>`;
}

function carbon(name: 'received' | 'sent', message: string, by = ACCOUNT): string {
  const forwarded = `<forwarded xmlns='urn:xmpp:forward:0'>${message}</forwarded>`;
  return `<message from='${by}' to='${OWN}' type='chat'><${name} xmlns='${NS_CARBONS}'>${forwarded}</${name}></message>`;
}

const bodies = (heard: readonly Message[]): unknown[] => heard.map(({ body }) => body);

describe('private messages of a room and their copies (XEP-0280 §6.1)', () => {
  it('what another device of ours has whispered is told, as our own', async () => {
    const { stream, room, heard } = await inside();
    await stream.recv(carbon('sent', whisper(OTHER, WITCH)));
    expect(bodies(heard)).toEqual(['psst']);
    const { kind, way, peer, author, source } = heard[0]?.context ?? {};
    expect([kind, way, peer?.full, source]).toEqual(['private', 'out', WITCH, 'carbon']);
    expect(author).toMatchObject({ jid: room.me?.jid, stay: room.me?.stay });
  });

  it('what the room has given to another device is not told a second time, where nobody remembers', async () => {
    const { stream, heard } = await inside();
    await stream.recv(whisper(WITCH, OWN));
    await stream.recv(carbon('received', whisper(WITCH, OTHER)));
    expect(bodies(heard)).toEqual(['psst']);
  });

  it.each(['the copy', 'the message'])('with a message index it is told once when %s comes first', async (first) => {
    const { stream, room, heard } = await inside(MemoryMessageIndex);
    const both = [whisper(WITCH, OWN), carbon('received', whisper(WITCH, OTHER))];
    if (first === 'the copy') both.reverse();
    for (const xml of both) await stream.recv(xml);
    expect(bodies(heard)).toEqual(['psst']);
    expect(heard[0]?.context.author).toMatchObject({ stay: room.occupants.get('secondwitch')?.stay });
  });

  it('with a message index what only another device was given is told here as well', async () => {
    const { stream, heard } = await inside(MemoryMessageIndex);
    await stream.recv(carbon('received', whisper(WITCH, OTHER, { mark: '' })));
    await stream.recv(whisper(WITCH, OWN, { id: 'i2', body: 'another' }));
    expect(bodies(heard)).toEqual(['psst', 'another']);
    expect(heard[0]?.context).toMatchObject({ kind: 'private', way: 'in' });
  });

  it('ten whispers of the same words are ten', async () => {
    const { stream, heard } = await inside(MemoryMessageIndex);
    for (let i = 0; i < 10; i++) await stream.recv(whisper(WITCH, OWN, { id: `w${i}`, body: 'ok' }));
    expect(heard).toHaveLength(10);
  });

  it('copies that are forged, of other rooms, or of a room that was left, are no whispers', async () => {
    const { stream, room, heard } = await inside(MemoryMessageIndex);
    const all: Message[] = [];
    stream.xmpp.onMessage((message) => void all.push(message), { sources: ['carbon'] });
    await stream.recv(carbon('sent', whisper(OTHER, WITCH), WITCH));
    await stream.recv(carbon('sent', whisper(OTHER, WITCH), ROOM));
    expect(all).toEqual([]);
    await stream.recv(carbon('sent', whisper(OTHER, 'den@chat.shakespeare.lit/wolf')));
    await stream.recv(carbon('received', whisper('den@chat.shakespeare.lit/wolf', OTHER)));
    expect(all.map(({ context }) => context.kind)).toEqual(['private', 'private']);
    const left = room.leave();
    await stream.recv(carbon('sent', whisper(OTHER, WITCH)));
    await stream.recv(
      `<presence from='${ROOM}/thirdwitch' to='${OWN}' type='unavailable'><x xmlns='${NS_MUC_USER}'><status code='110'/></x></presence>`,
    );
    await left;
    await stream.recv(carbon('sent', whisper(OTHER, WITCH, { id: 'i3' })));
    expect(heard).toEqual([]);
  });

  it('an index that fails keeps nobody from being heard', async () => {
    const { stream, heard } = await inside(MemoryMessageIndex);
    stream.xmpp.plugin(MemoryMessageIndex).firstTime = () => {
      throw new Error('the database is gone');
    };
    await stream.recv(whisper(WITCH, OWN));
    await stream.recv(carbon('received', whisper(WITCH, OTHER)));
    expect(bodies(heard)).toEqual(['psst']);
    expect(stream.errors.splice(0)).toHaveLength(2);
  });

  it('an index that is removed is asked no more', async () => {
    const { stream, heard } = await inside(MemoryMessageIndex);
    stream.xmpp.remove(MemoryMessageIndex);
    await stream.recv(carbon('received', whisper(WITCH, OTHER)));
    await stream.recv(whisper(WITCH, OWN));
    expect(bodies(heard)).toEqual(['psst']);
  });
});
