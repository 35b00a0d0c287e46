import { JID, Message } from '@sestina/core';
import { CannotReferError, MemoryMessageIndex } from '@sestina/message-index';
import { parseXml, ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { MultiUserChat } from '@sestina/xep-0045';
import { StanzaIds } from '@sestina/xep-0359';
import { NS_OCCUPANT_ID, OccupantIds } from '@sestina/xep-0421';
import { FallbackIndication } from '@sestina/xep-0428';
import { afterEach, describe, expect, it } from 'vitest';
import {
  LegacyRetracted,
  type MessageRetracted,
  MessageRetraction,
  type MessageRetractionOptions,
  NS_FASTEN,
  NS_RETRACT,
  NS_RETRACT_0,
  Retracted,
  Retraction,
  RetractionError,
} from '../src/index.js';

const OWN = 'romeo@montague.example/orchard';
const JULIET = 'juliet@capulet.example';
const BALCONY = `${JULIET}/balcony`;
const ROOM = 'verona@rooms.example';
const streams = useStreams(afterEach);

async function start(options: Partial<MessageRetractionOptions> = {}, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({
    jid: OWN,
    ...more,
    plugins: [
      [StanzaIds, { requireAnnounced: false, originId: 'never' }],
      MemoryMessageIndex,
      ...(more.plugins ?? []),
      [MessageRetraction, options],
    ],
  });
  streams.keep(stream);
  const { xmpp } = stream;
  if (!xmpp.isComponent) xmpp.roster.of().apply([{ jid: JID.parse(JULIET), subscription: 'both' }]);
  const heard: MessageRetracted[] = [];
  const messages: Message[] = [];
  xmpp.on('messageRetracted', (retracted) => heard.push(retracted));
  xmpp.on('message', (message) => messages.push(message));
  await stream.idle();
  stream.skipSent();
  return {
    stream,
    xmpp,
    plugin: xmpp.plugin(MessageRetraction),
    index: xmpp.plugin(MemoryMessageIndex),
    heard,
    messages,
  };
}

const says = (id: string, inside = `<body>${id}</body>`, { from = BALCONY, type = 'chat', to = OWN } = {}): string =>
  `<message from='${from}' to='${to}' type='${type}' id='${id}'>${inside}</message>`;
const retract = (id: string, more = ''): string => `<retract xmlns='${NS_RETRACT}' id='${id}'>${more}</retract>`;
const told = (heard: readonly MessageRetracted[]): unknown[] =>
  heard.map(({ retraction, facts, verified, tombstone }) => [retraction.id, facts?.id, verified, tombstone]);

describe('a retraction', () => {
  it('of a contact is remembered, however many a stranger invents', async () => {
    const { stream, heard } = await start();
    const eve = { from: 'eve@evil.example/x' };
    await stream.recv(says('m1') + says('r1', retract('m1')));
    for (let i = 0; i < 1_100; i++) await stream.recv(says(`e${i}`, retract('e'), eve));
    const before = heard.length;
    await stream.recv(says('r1', retract('m1')));
    expect(heard.slice(before)).toEqual([]);
  });

  it('of which somebody else is certain counts as he says', async () => {
    const { stream, plugin, index, heard, messages } = await start();
    await stream.recv(says('m1') + says('m2'));
    const [m1, m2] = messages as [Message, Message];
    const by = { jid: JID.parse(ROOM) };
    plugin.accept(m2, index.note(m1), { by, tombstone: true });
    plugin.accept(m1, index.note(m2));
    await stream.idle();
    expect(heard.map(({ facts, by: who, tombstone }) => [facts?.id, who.jid.full, tombstone])).toEqual([
      ['m1', ROOM, true],
      ['m2', JULIET, false],
    ]);
    expect(plugin.isRetracted(index.note(m1))).toBe(true);
  });

  it('by the one who has said the message counts, and its words are never shown', async () => {
    const { stream, plugin, index, heard, messages } = await start();
    await stream.recv(says('m1'));
    await stream.recv(
      says('r1', `<body>gone</body>${retract('m1', '<reason>typo</reason>')}`, { from: `${JULIET}/b` }),
    );
    expect(told(heard)).toEqual([['r1', 'm1', true, false]]);
    expect([heard[0]?.retraction.retraction?.reason, heard[0]?.by.jid.full]).toEqual(['typo', JULIET]);
    expect([heard[0]?.peer.full, heard[0]?.source]).toEqual([JULIET, 'stream']);
    await stream.recv(says('r2', `<body>gone</body>${retract('unknown')}`));
    expect(messages.map(({ id }) => id)).toEqual(['m1']);
    expect(plugin.isRetracted(index.note(messages[0] as Message))).toBe(true);
  });

  it('in a chat names the message as its sender does, and not as our archive', async () => {
    const { stream, heard } = await start();
    await stream.recv(
      says('m1', `<body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='${JID.parse(OWN).bare}' id='s1'/>`),
    );
    await stream.recv(says('r1', retract('s1')));
    expect(told(heard)).toEqual([['r1', undefined, false, false]]);
  });

  it('by somebody else changes nothing', async () => {
    const { stream, xmpp, plugin, index, heard, messages } = await start();
    await stream.recv(says('m1'));
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'mine', id: 'mine' });
    await stream.recv(says('r1', retract('m1'), { from: 'mallory@evil.example/x' }) + says('r2', retract('mine')));
    expect(told(heard)).toEqual([
      ['r1', undefined, false, false],
      ['r2', undefined, false, false],
    ]);
    expect(plugin.isRetracted(index.note(messages[0] as Message))).toBe(false);
  });

  it('of a correction takes back the first version, and one that comes too early waits', async () => {
    const { stream, heard } = await start();
    const replace = `<replace xmlns='urn:xmpp:message-correct:0' id='m1'/>`;
    await stream.recv(says('m1') + says('m2', `<body>m2</body>${replace}`) + says('r1', retract('m2')));
    await stream.recv(says('r2', retract('m3')));
    await stream.recv(says('m3'));
    expect(told(heard)).toEqual([
      ['r1', 'm1', true, false],
      ['r2', undefined, false, false],
      ['r2', 'm3', true, false],
    ]);
  });

  it('of the former version counts, unless that is switched off', async () => {
    const old = says('r1', `<apply-to xmlns='${NS_FASTEN}' id='m1'><retract xmlns='${NS_RETRACT_0}'/></apply-to>`);
    for (const legacy of [true, false]) {
      const { stream, heard, messages } = await start({ legacy });
      await stream.recv(says('m1') + old);
      expect(told(heard)).toEqual(legacy ? [['r1', 'm1', true, false]] : []);
      // Its words are for programs that know neither version.
      await stream.recv(old.replace('r1', 'r2').replace('<apply-to', '<body>gone</body><apply-to'));
      await stream.recv(says('b1', `<body>b1</body><apply-to xmlns='${NS_FASTEN}' id='m1'/>`));
      expect(messages.map(({ id }) => id)).toEqual(legacy ? ['m1', 'b1'] : ['m1', 'r2', 'b1']);
    }
  });

  it('that says that it is a moderator’s is no retraction of its sender', async () => {
    const { stream, heard } = await start();
    await stream.recv(says('m1') + says('r1', retract('m1', `<moderated xmlns='urn:xmpp:message-moderate:1'/>`)));
    expect(heard).toEqual([]);
  });

  it('that comes twice, as an error or without an id is none', async () => {
    const { stream, xmpp, heard } = await start();
    await stream.recv(says('m1') + says('r1', retract('m1')));
    await xmpp.messages.deliver(
      xmpp.message({ from: BALCONY, to: OWN, type: 'chat', id: 'r1', retraction: new Retraction({ id: 'm1' }) }),
      { source: 'archive', history: true, archive: xmpp.account, archiveId: 'a1' },
    );
    await stream.recv(says('r2', retract('m1'), { type: 'error' }) + says('r3', `<retract xmlns='${NS_RETRACT}'/>`));
    await stream.recv(says('r4', retract('m1'), { type: 'headline' }) + says('r5', retract('')));
    await stream.recv(says('r6', `<apply-to xmlns='${NS_FASTEN}' id='m1'/>`));
    expect(told(heard)).toEqual([['r1', 'm1', true, false]]);
  });
});

describe('what is being looked for', () => {
  it('is told no more once the plugin is removed', async () => {
    const { stream, xmpp, index, heard } = await start();
    await stream.recv(says('m1'));
    const original = index.original.bind(index);
    const find = index.find.bind(index);
    const remove = (): void => void xmpp.remove(MessageRetraction);
    index.find = async (...query) => {
      const found = await find(...query);
      remove();
      return found;
    };
    index.original = async (...facts) => {
      const found = await original(...facts);
      remove();
      return found;
    };
    await stream.recv(says('r1', retract('m1')));
    xmpp.use(MessageRetraction);
    const tombstone = xmpp.message({ from: BALCONY, to: OWN, type: 'chat', id: 'm2' });
    tombstone.retracted = new Retracted({ id: 'r2' });
    await xmpp.messages.deliver(tombstone, {
      source: 'archive',
      history: true,
      archive: xmpp.account,
      archiveId: 'a2',
    });
    await stream.idle();
    expect(heard).toEqual([]);
  });
});

describe('a tombstone', () => {
  const tombstone = `<retracted xmlns='${NS_RETRACT}' id='r1' stamp='2024-01-01T00:00:00Z'/>`;

  it('is the word of an archive, also of one of the former version', async () => {
    const { xmpp, stream, heard } = await start();
    for (const [id, inside] of [
      ['m1', tombstone],
      ['m2', `<retracted xmlns='${NS_RETRACT_0}'/>`],
    ] as const) {
      const message = xmpp.message({ from: BALCONY, to: OWN, type: 'chat', id });
      message.xml.append(parseXml(inside));
      await xmpp.messages.deliver(message, { source: 'archive', history: true, archive: xmpp.account, archiveId: id });
    }
    await stream.idle();
    expect(told(heard)).toEqual([
      ['m1', 'm1', true, true],
      ['m2', 'm2', true, true],
    ]);
    expect(heard[0]?.retraction.retracted?.stamp?.getTime()).toBe(Date.UTC(2024, 0));
  });

  it('says who took the message back, when and why', () => {
    const read = new Retracted(
      parseXml(
        `<retracted xmlns='${NS_RETRACT}' id='r1' by='${ROOM}' stamp='2024-01-01T00:00:00Z'><reason>spam</reason></retracted>`,
      ),
    );
    expect([read.id, read.by?.full, read.stamp?.getTime(), read.reason]).toEqual([
      'r1',
      ROOM,
      Date.UTC(2024, 0),
      'spam',
    ]);
    const former = new LegacyRetracted(
      parseXml(`<retracted xmlns='${NS_RETRACT_0}' by='${ROOM}' stamp='2024-01-01T00:00:00Z'/>`),
    );
    expect([former.by?.full, former.stamp?.getTime()]).toEqual([ROOM, Date.UTC(2024, 0)]);
  });

  it('that somebody sends is nothing', async () => {
    const { stream, heard } = await start();
    await stream.recv(says('m1') + says('m1', tombstone) + says('m2', `<retracted xmlns='${NS_RETRACT_0}'/>`));
    expect(heard).toEqual([]);
  });
});

describe('in a room', () => {
  const word = (codes = ''): string =>
    `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/>${codes}</x>`;
  const who = (id: string): string => `<occupant-id xmlns='${NS_OCCUPANT_ID}' id='${id}'/>`;
  const sid = (id: string): string => `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='${id}'/>`;

  async function enter() {
    const found = await start({}, { plugins: [OccupantIds] });
    const { stream, xmpp } = found;
    const joined = xmpp.plugin(MultiUserChat).join(ROOM, { nick: 'romeo' });
    const query = await stream.nextSent();
    const features = `<feature var='${NS_OCCUPANT_ID}'/>`;
    await stream.recvResult(query, `<query xmlns='http://jabber.org/protocol/disco#info'>${features}</query>`);
    await stream.nextSent();
    await stream.recv(`<presence from='${ROOM}/juliet' to='${OWN}'>${who('j')}${word()}</presence>`);
    await stream.recv(
      `<presence from='${ROOM}/romeo' to='${OWN}'>${who('r')}${word("<status code='110'/>")}</presence>`,
    );
    await stream.recv(`<message from='${ROOM}' to='${OWN}' type='groupchat'><subject/></message>`);
    const room = await joined;
    const said = (id: string, nick: string, inside: string): Promise<void> =>
      stream.recv(says(id, inside, { from: `${ROOM}/${nick}`, type: 'groupchat' }));
    return { ...found, room, said };
  }

  it('the occupant id decides, whatever the nick', async () => {
    const { said, heard } = await enter();
    await said('m1', 'juliet', `<body>one</body>${who('j')}${sid('s1')}`);
    await said('r1', 'juliet', `${retract('s1')}${who('other')}`);
    await said('r2', 'julia', `${retract('s1')}${who('j')}`);
    expect(told(heard)).toEqual([
      ['r1', undefined, false, false],
      ['r2', 'm1', true, false],
    ]);
  });

  it('what the room calls a message is what is retracted', async () => {
    const { said, stream, plugin, room, index } = await enter();
    const sending = room.send({ body: 'one', id: 'o1' });
    await stream.nextSent();
    await said('o1', 'romeo', `<body>one</body>${who('r')}${sid('s1')}`);
    const reflected = await sending.reflected;
    plugin.retract(reflected, { fallback: 'gone' });
    await stream.expectSent(
      `<message id='*' to='${ROOM}' type='groupchat'>${retract('s1')}` +
        `<fallback xmlns='urn:xmpp:fallback:0' for='${NS_RETRACT}'/><body>gone</body><store xmlns='urn:xmpp:hints'/></message>`,
    );
    expect(index.note(reflected).archiveId).toBe('s1');
    await said('j1', 'juliet', '<body>two</body>');
  });
});

describe('retracting', () => {
  it('goes to whom the message went, with words for other programs, or without', async () => {
    const { stream, xmpp, plugin, index } = await start({ fallback: false });
    const message = xmpp.message({ to: BALCONY, type: 'chat', body: 'one', id: 'm1' });
    message.send();
    await stream.nextSent();
    const store = `<store xmlns='urn:xmpp:hints'/>`;
    for (const each of [message, index.note(message)]) {
      plugin.retract(each);
      await stream.expectSent(`<message id='*' to='${JULIET}' type='chat'>${retract('m1')}${store}</message>`);
    }
  });

  it('has words for programs that do not know it, by default or where they are given', async () => {
    for (const [fallback, given] of [
      [{}, undefined],
      [{ fallback: false }, 'gone'],
    ] as const) {
      const { stream, xmpp, plugin } = await start(fallback);
      const message = xmpp.message({ to: BALCONY, type: 'chat', body: 'one', id: 'm1' });
      message.send();
      await stream.nextSent();
      plugin.retract(message, { fallback: given });
      const sent = new Message(await stream.nextSent());
      expect([...sent.fallbacks].map((each) => each.for)).toEqual([NS_RETRACT]);
      expect(sent.body).toMatch(given ?? /^\/me has taken back an earlier message/);
    }
  });

  it('refuses what cannot be retracted', async () => {
    const { stream, xmpp, plugin, messages, index } = await start();
    await stream.recv(says('m1'));
    for (const theirs of [messages[0] as Message, index.note(messages[0] as Message)]) {
      expect(() => plugin.retract(theirs)).toThrow(
        expect.objectContaining({ code: 'ERR_RETRACTION', reason: 'not-ours' }),
      );
    }
    const invitation = xmpp.message({ to: BALCONY, type: 'chat', id: 'i1' });
    invitation.xml.append(parseXml(`<x xmlns='jabber:x:conference' jid='a@b'/>`));
    invitation.send();
    expect(() => plugin.retract(invitation)).toThrow(RetractionError);
    expect(() => plugin.retract(invitation)).toThrow(expect.objectContaining({ reason: 'other-nature' }));
    expect(() => plugin.retract(xmpp.message({ to: BALCONY, type: 'chat', body: 'x' }))).toThrow(CannotReferError);
    const signal = AbortSignal.abort();
    const sent = xmpp.message({ to: BALCONY, type: 'chat', body: 'x', id: 'm2' });
    sent.send();
    await expect(Promise.resolve(plugin.retract(sent, { signal }))).rejects.toMatchObject({ reason: 'aborted' });
    xmpp.remove(MessageRetraction);
    expect(() => plugin.retract(sent)).toThrow(/removed/);
  });

  it('is understood, so that its words are no part of a text', async () => {
    const { stream, xmpp } = await start({}, { plugins: [FallbackIndication] });
    const texts: unknown[] = [];
    xmpp.onMessage((message) => texts.push(xmpp.plugin(FallbackIndication).text(message)));
    await stream.recv(
      says('r1', `<body>gone</body>${retract('m1')}<fallback xmlns='urn:xmpp:fallback:0' for='${NS_RETRACT}'/>`) +
        says('r2', `<body>gone</body><fallback xmlns='urn:xmpp:fallback:0' for='${NS_RETRACT_0}'/>`),
    );
    expect(texts).toEqual(['', '']);
  });

  it('by a component comes from the address that has said it', async () => {
    const { stream, xmpp, plugin, index } = await start({ fallback: false }, { kind: 'component', jid: 'bot.example' });
    const message = xmpp.message({ from: 'one@bot.example', to: BALCONY, type: 'chat', body: 'one', id: 'm1' });
    message.send();
    await stream.nextSent();
    plugin.retract(message);
    expect((await stream.nextSent()).attribute('from')).toBe('one@bot.example');
    plugin.retract(index.note(message), { from: 'two@bot.example' });
    expect((await stream.nextSent()).attribute('from')).toBe('two@bot.example');
  });
});
