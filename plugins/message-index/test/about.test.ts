import { JID, type Message } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type MessageFacts, messageBeside, referenceTo } from '../src/index.js';
import { BOB, OWN, ROOM, sid, start, text } from './helpers.js';

const streams = useStreams(afterEach);
const bob = JID.parse(BOB).bare;
const room = JID.parse(ROOM);

const facts = (more: Partial<MessageFacts>): MessageFacts => ({
  ...{ key: '1', peer: bob, kind: 'chat', way: 'in', author: { jid: bob }, id: undefined, originId: undefined },
  ...{ archive: undefined, archiveId: undefined, replaces: undefined, sentAt: undefined },
  ...{ noStore: false, ambiguous: false },
  ...more,
});
const PURPOSES = ['marker', 'reaction', 'reply', 'retraction'] as const;
const references = (more: Partial<MessageFacts>) =>
  PURPOSES.map((purpose) => {
    try {
      return referenceTo(facts(more), purpose);
    } catch (error) {
      return error;
    }
  });

describe('the id that a message is referred to by', () => {
  it('is its own for markers and retractions, and the one that it was given where it began for all else', () => {
    expect(references({ id: 'i', originId: 'o' })).toEqual(['i', 'o', 'o', 'i']);
    expect(references({ id: 'i' })).toEqual(['i', 'i', 'i', 'i']);
    expect(references({ id: 'i', archive: bob, archiveId: 'a' })).toEqual(['i', 'i', 'i', 'i']);
  });

  it('is that of the first version, where it was corrected', () => {
    expect(references({ id: 'i', originId: 'o', replaces: 'r' })).toEqual(['r', 'r', 'r', 'r']);
  });

  it('is what a room calls it; without that there is something for who marks or retracts', () => {
    const said = { kind: 'room', peer: room, id: 'i' } as const;
    const archived = { ...said, archive: room, archiveId: 'a' };
    expect(references({ ...archived, originId: 'o', replaces: 'r' })).toEqual(['a', 'a', 'a', 'a']);
    const none = { code: 'ERR_CANNOT_REFER' };
    for (const without of [said, { ...archived, archive: bob }])
      expect(references(without)).toMatchObject(['i', none, none, 'i']);
    expect(references({ ...said, originId: 'o' })).toMatchObject(['i', none, none, 'o']);
    expect(references({ ...said, id: undefined })).toMatchObject(PURPOSES.map((purpose) => ({ ...none, purpose })));
  });

  it('is none where it was given none', () => {
    expect(references({ originId: 'o' })).toMatchObject([{ purpose: 'marker' }, 'o', 'o', { purpose: 'retraction' }]);
  });
});

describe('a message beside another one', () => {
  const shown = ({ to, from, type, xml }: Message) => [
    `${to}`,
    from?.full,
    type,
    xml.child('x', 'http://jabber.org/protocol/muc#user') !== undefined,
  ];

  it('goes to who is in the conversation, or to the room', async () => {
    const { stream, xmpp, heard } = await start();
    streams.keep(stream);
    xmpp.claim(ROOM, { kind: 'room' });
    await stream.recv(text('m1') + text('m2', { from: `${ROOM}/nick`, type: 'groupchat', more: sid('a', ROOM) }));
    await stream.recv(text('m3', { from: `${ROOM}/nick` }));
    expect(heard.map((message) => shown(messageBeside(xmpp, message)))).toEqual([
      [bob.full, undefined, 'chat', false],
      [ROOM, undefined, 'groupchat', false],
      [`${ROOM}/nick`, undefined, 'chat', true],
    ]);
    const known = facts({ kind: 'room', peer: room });
    expect(shown(messageBeside(xmpp, known, OWN))).toEqual([ROOM, undefined, 'groupchat', false]);
  });

  it('of a component is from that of its addresses that is in the conversation', async () => {
    const stream = await ScriptedStream.start({ kind: 'component', jid: 'bot.example.org' });
    streams.keep(stream);
    const { xmpp } = stream;
    const [one, two] = ['one@bot.example.org', 'two@bot.example.org'];
    const heard: Message[] = [];
    xmpp.onMessage((message) => heard.push(message));
    await stream.recv(text('m1', { to: one }));
    const [asked] = heard;
    const sent = xmpp.message({ to: bob, from: one, body: 'mine' });
    expect([asked, sent].map((message) => message && shown(messageBeside(xmpp, message)))).toEqual([
      [bob.full, one, 'chat', false],
      [bob.full, one, 'chat', false],
    ]);
    expect(asked && shown(messageBeside(xmpp, asked, two))).toEqual([bob.full, two, 'chat', false]);
    const told = facts({ way: 'out', author: { jid: JID.parse(two) } });
    expect(shown(messageBeside(xmpp, told))).toEqual([bob.full, two, 'chat', false]);
    // What was kept of it does not say to whom it came.
    expect(shown(messageBeside(xmpp, facts({})))).toEqual([bob.full, undefined, 'chat', false]);
    expect(shown(messageBeside(xmpp, facts({ way: 'out', author: { jid: bob } })))).toEqual([
      ...[bob.full, undefined, 'chat', false],
    ]);
  });
});
