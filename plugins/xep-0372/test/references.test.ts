import { JID, type Message } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { parseXmppUri, pubsubUri } from '@sestina/xep-0147';
import { StanzaIds } from '@sestina/xep-0359';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_REFERENCES, NS_REFERENCE, Reference, References } from '../src/index.js';

const OWN = 'romeo@montague.lit/orchard';
const JULIET = 'juliet@capulet.lit';
const ROOM = 'balcony@rooms.lit';
const NS_SID = 'urn:xmpp:sid:0';
const streams = useStreams(afterEach);

const reference = (attributes: string): string => `<reference xmlns='${NS_REFERENCE}' ${attributes}/>`;
const DATA = `type='data' uri='https://example.org/'`;

async function start(withIndex = true) {
  const index = withIndex ? [[StanzaIds, { requireAnnounced: false }] as const, MemoryMessageIndex] : [];
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [...index, References] as never });
  streams.keep(stream);
  const { xmpp } = stream;
  const [all, messages]: [Message[], Message[]] = [[], []];
  xmpp.onMessage((message) => void all.push(message));
  xmpp.on('message', (message) => messages.push(message));
  const hear = async (inside: string, { from = `${JULIET}/b`, type = 'chat', id = 'm' } = {}): Promise<Message> => {
    await stream.recv(`<message from='${from}' to='${OWN}' type='${type}' id='${id}'>${inside}</message>`);
    return all.at(-1) as Message;
  };
  return { stream, xmpp, references: xmpp.plugin(References), hear, messages, all };
}

describe('a mention', () => {
  it('is of a part of the body, in characters, and read as it was written', async () => {
    const { stream, xmpp, references } = await start();
    const message = xmpp.message({ to: ROOM, type: 'groupchat', body: '💃🏻 Juliet is the 🌞' });
    const begin = message.body?.indexOf('Juliet') ?? 0;
    references.mention(message, { begin, end: begin + 6 }, 'Juliet%@capulet.lit');
    const [found] = message.references;
    expect([found?.begin, found?.end, found?.uri]).toEqual([3, 9, 'xmpp:Juliet%25@capulet.lit'.toLowerCase()]);
    expect(found?.mentioned?.full).toBe('juliet%@capulet.lit');
    expect(references.textOf(message, found as Reference)).toBe('Juliet');
    expect(references.rangeOf(message, found as Reference)).toEqual({ begin, end: begin + 6 });
    message.send();
    expect((await stream.nextSent()).child('reference', NS_REFERENCE)?.attribute('begin')).toBe('3');
  });

  it('is refused of a part that there is not, of an occupant, and of too many', async () => {
    const { xmpp, references } = await start();
    const message = xmpp.message({ to: JULIET, body: 'a💃b' });
    for (const range of [
      { begin: 2, end: 4 },
      { begin: 0, end: 9 },
      { begin: -1, end: 1 },
      { begin: 1, end: 1 },
      { begin: 3, end: 1 },
      { begin: Number.NaN, end: 1 },
    ]) {
      expect(() => references.mention(message, range, JULIET)).toThrow(expect.objectContaining({ option: 'range' }));
    }
    expect(() => references.mention(message, { begin: 0, end: 1 }, `${ROOM}/juliet`)).toThrow(/bare/);
    expect(() => references.mention(message, { begin: 0, end: 1 }, '@')).toThrow();
    expect(() => references.mention(xmpp.message({ to: JULIET }), { begin: 0, end: 1 }, JULIET)).toThrow(/range/);
    expect(message.references).toEqual([]);
    references.mention(message, { begin: 0, end: 4 }, JULIET);
    expect([message.references[0]?.begin, message.references[0]?.end]).toEqual([0, 3]);
    message.references = [];
    for (let i = 0; i < MAX_REFERENCES; i++) references.mention(message, { begin: 0, end: 1 }, JULIET);
    expect(() => references.mention(message, { begin: 0, end: 1 }, JULIET)).toThrow(/100/);
  });

  it('is nobody’s where the URI names none, or does something', async () => {
    const { hear } = await start();
    for (const [uri, expected] of [
      ['xmpp:juliet@capulet.lit', JULIET],
      ['XMPP:Juliet@capulet.lit', JULIET],
      ['xmpp:juliet@capulet.lit/x', undefined],
      ['xmpp:juliet@capulet.lit?remove', undefined],
      ['xmpp:juliet@capulet.lit?;__proto__=x;constructor=y', JULIET],
      ['xmpp:%zz@capulet.lit', undefined],
      ['xmpp:%c3@capulet.lit', undefined],
      ['xmpp:', undefined],
      ['https://capulet.lit/', undefined],
      ['juliet@capulet.lit', undefined],
      [`xmpp:${'a'.repeat(3_000)}@b`, undefined],
    ]) {
      const message = await hear(`<body>x</body>${reference(`type='mention' uri='${uri}'`)}`);
      expect([uri, message.references[0]?.mentioned?.full]).toEqual([uri, expected]);
    }
    const data = await hear(`<body>x</body>${reference(`type='data' uri='xmpp:${JULIET}'`)}`);
    expect(data.references[0]?.mentioned).toBeUndefined();
  });
});

describe('a reference', () => {
  it('is about a thing, or a part of the body is', async () => {
    const { xmpp, references } = await start();
    const message = xmpp.message({ to: JULIET, body: 'Form received' });
    references.data(message, pubsubUri('fdp.lit', 'fdp/submitted', 'ndina872be'));
    references.data(message, new URL('https://example.org/'), { begin: 0, end: 4 });
    expect(() => references.data(message, 'example.org')).toThrow(/scheme/);
    expect(() => references.data(message, '')).toThrow(/scheme/);
    expect(message.references.map(({ type, uri, begin, end }) => [type, uri, begin, end])).toEqual([
      ['data', 'xmpp:fdp.lit?;node=fdp%2Fsubmitted;item=ndina872be', undefined, undefined],
      ['data', 'https://example.org/', 0, 4],
    ]);
    const [whole, part] = message.references as [Reference, Reference];
    expect([references.textOf(message, whole), references.textOf(message, part)]).toEqual([undefined, 'Form']);
    expect(whole.xmppUri?.param('item')).toBe('ndina872be');
    message.references = [part, new Reference({ type: 'own-word', uri: 'xmpp:a@b' })];
    expect(message.references.map(({ type }) => type)).toEqual(['data', 'own-word']);
    message.references = [];
    expect(message.xml.child('reference', NS_REFERENCE)).toBeUndefined();
  });

  it('of another scheme is delivered, and says so', async () => {
    const { hear, messages } = await start();
    const uris = [
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      ' javascript:x',
      'data:text/html,x',
      'file:///etc',
      '//x',
      'cid:a@b',
    ];
    const message = await hear(`<body>x</body>${uris.map((uri) => reference(`type='data' uri='${uri}'`)).join('')}`);
    expect(message.references.map(({ uri, hasKnownScheme }) => [uri, hasKnownScheme])).toEqual(
      uris.map((uri) => [uri, false]),
    );
    const known = ['https://x', 'HTTP://x', 'xmpp:a@b'];
    const other = await hear(`<body>x</body>${known.map((uri) => reference(`type='data' uri='${uri}'`)).join('')}`);
    expect(other.references.map(({ hasKnownScheme }) => hasKnownScheme)).toEqual([true, true, true]);
    expect(messages).toHaveLength(2);
  });

  it('that is broken costs nobody the message', async () => {
    const { stream, references, hear, messages } = await start();
    const broken = [
      `type='data'`,
      `uri='https://x'`,
      `type='' uri='https://x'`,
      `${DATA} begin='-1' end='x'`,
      `${DATA} begin='3' end='1'`,
      `${DATA} begin='0' end='4294967296'`,
      `${DATA} begin='0' end='99'`,
      `${DATA} begin='1'`,
      `${DATA} begin='2' end='1'`,
      `${DATA} end='1'`,
      `${DATA} begin='1' end='1'`,
      `${DATA} begin='0' end='2'`,
    ];
    const message = await hear(`<body>💃b</body>${broken.map(reference).join('')}`);
    expect(message.references.map((each) => references.textOf(message, each))).toEqual([
      ...Array(7).fill(undefined),
      '',
      '💃b',
    ]);
    const wordless = await hear(reference(`${DATA} begin='0' end='1'`));
    expect(references.textOf(wordless, wordless.references[0] as Reference)).toBeUndefined();
    expect([messages.length, stream.errors]).toEqual([1, []]);
  });

  it('is one of the first hundred', async () => {
    const { hear } = await start();
    const list = Array.from({ length: 1_000 }, (_, i) => reference(`type='data' uri='https://x/${i}'`)).join('');
    const { references } = await hear(`<body>x</body>${reference(`type='data'`)}${list}`);
    expect([references.length, references.at(-1)?.uri]).toEqual([100, 'https://x/99']);
  });
});

describe('an annotation', () => {
  const anchor = (id: string, peer = ROOM): string =>
    `${DATA} begin='0' end='4' anchor='xmpp:${peer}?;node=messages;item=${id}'`;
  const inRoom = (nick = '') => ({ from: ROOM + (nick && `/${nick}`), type: 'groupchat' });

  it('is the word of the room or of the author, and nobody else’s', async () => {
    const { xmpp, references, hear, messages } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    const stanzaId = `<stanza-id xmlns='${NS_SID}' by='${ROOM}' id='s1'/>`;
    const first = await hear(`<body>Form is there</body>${stanzaId}`, { ...inRoom('juliet'), id: 'g1' });
    const asked = async (message: Message) => references.anchored(message, message.references[0] as Reference);
    const byRoom = await hear(reference(anchor('s1')), { ...inRoom(), id: 'g2' });
    expect((await asked(byRoom))?.id).toBe('g1');
    expect(references.textOf(byRoom, byRoom.references[0] as Reference)).toBeUndefined();
    expect(references.textOf(first, byRoom.references[0] as Reference)).toBe('Form');
    for (const [inside, how] of [
      [reference(anchor('s1')), inRoom('nurse')],
      [reference(anchor('s1')), { from: 'eve@evil.example/x' }],
      [reference(anchor('s1')), { from: 'eve@evil.example', type: 'groupchat' }],
      [reference(anchor('s2')), inRoom()],
      [reference(anchor('s1', 'other@rooms.lit')), inRoom()],
      [reference(`${DATA} anchor='xmpp:${ROOM}'`), inRoom()],
      [reference(`${DATA} anchor='%%%'`), inRoom()],
      [`<body>words</body>${reference(anchor('s1'))}`, inRoom()],
    ] as const) {
      const message = await hear(inside, { ...how, id: 'g3' });
      expect(await asked(message)).toBeUndefined();
    }
    // What has words is a message of its own; the others are none.
    expect(messages.map(({ body }) => body)).toEqual(['Form is there', 'words']);
    const own = (await hear(`<body>words</body>${reference(anchor('s1'))}`, inRoom())) as Message;
    expect([own.context.class, byRoom.context.class]).toEqual(['content', 'annotation']);
    expect(references.textOf(own, own.references[0] as Reference)).toBeUndefined();
  });

  it('in a chat is the author’s', async () => {
    const { xmpp, references, hear } = await start();
    xmpp.roster.of().apply([{ jid: JID.parse(JULIET), subscription: 'both' }]);
    await hear('<body>Hark</body>', { id: 'c1' });
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'mine', id: 'o1' });
    const hers = await hear(reference(anchor('c1', JULIET)), { id: 'c2' });
    expect((await references.anchored(hers, hers.references[0] as Reference))?.id).toBe('c1');
    const mine = await hear(reference(anchor('o1', JULIET)), { id: 'c3' });
    expect(await references.anchored(mine, mine.references[0] as Reference)).toBeUndefined();
    // Nor is what calls itself a room, and was not entered.
    xmpp.sendMessage({ to: 'gateway.example', type: 'chat', body: 'mine', id: 'o2' });
    const feigned = await hear(reference(anchor('o2', 'gateway.example')), {
      from: 'gateway.example',
      type: 'groupchat',
      id: 'c5',
    });
    expect(await references.anchored(feigned, feigned.references[0] as Reference)).toBeUndefined();
    const ours = xmpp.message({ to: JULIET, type: 'chat', id: 'o3' });
    ours.references = [new Reference({ type: 'data', uri: 'https://x', anchor: `xmpp:${JULIET}?;item=o1` })];
    ours.send();
    expect((await references.anchored(ours, ours.references[0] as Reference))?.id).toBe('o1');
    const shown = await hear(reference(anchor('c1', 'romeo@montague.lit')), { id: 'c4' });
    expect((await references.anchored(shown, shown.references[0] as Reference))?.id).toBe('c1');
  });

  it('of an error is none, and without an index nobody knows', async () => {
    const { xmpp, stream, hear, references } = await start(false);
    const errors: Message[] = [];
    xmpp.onMessage((message) => void errors.push(message), { type: 'error' });
    await stream.recv(
      `<message from='${JULIET}' to='${OWN}' type='error' id='e'>${reference(anchor('c1', JULIET))}<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    expect(errors[0]?.context.class).not.toBe('annotation');
    const message = await hear(reference(anchor('c1', JULIET)));
    await expect(references.anchored(message, message.references[0] as Reference)).rejects.toThrow(/MessageIndex/);
    xmpp.remove(References);
    await expect(references.anchored(message, message.references[0] as Reference)).rejects.toThrow(/removed/);
  });
});

it('is not waited for longer than its caller likes, where the index says nothing', async () => {
  class Silent extends MemoryMessageIndex {
    override find(): Promise<undefined> {
      return new Promise(() => {});
    }
  }
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [Silent, References] });
  streams.keep(stream);
  const all: Message[] = [];
  stream.xmpp.onMessage((message) => void all.push(message));
  const anchored = reference(`${DATA} anchor='xmpp:${JULIET}?;item=c1'`);
  await stream.recv(`<message from='${JULIET}/b' to='${OWN}' type='chat' id='m'>${anchored}</message>`);
  const references = stream.xmpp.plugin(References);
  const [message] = all as [Message];
  const [found] = message.references as [Reference];
  const ended = new AbortController();
  const waits = [
    expect(references.anchored(message, found)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' }),
    expect(references.anchored(message, found, { signal: ended.signal })).rejects.toThrow('enough'),
  ];
  ended.abort(new Error('enough'));
  let over = false;
  void waits[0]?.then(() => {
    over = true;
  });
  const soon = expect(references.anchored(message, found, { timeout: 5 })).rejects.toMatchObject({
    code: 'ERR_TIMEOUT',
  });
  await stream.clock.advance(5);
  await soon;
  await stream.clock.advance(29_994);
  expect(over).toBe(false);
  await stream.clock.advance(1);
  await Promise.all(waits);
  const removed = expect(references.anchored(message, found)).rejects.toThrow(/removed/);
  stream.xmpp.remove(References);
  await removed;
});

it('the parser of the URIs takes what keys it is given', () => {
  const uri = parseXmppUri('xmpp:a@b?;__proto__=1;toString=2;__proto__=3');
  expect([uri?.param('__proto__'), uri?.all('__proto__'), uri?.param('constructor')]).toEqual([
    '1',
    ['1', '3'],
    undefined,
  ]);
});
