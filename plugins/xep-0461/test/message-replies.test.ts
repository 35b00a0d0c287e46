import { JID, type Message } from '@sestina/core';
import { CannotReferError, MemoryMessageIndex } from '@sestina/message-index';
import { parseXml, ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { MessageCarbons } from '@sestina/xep-0280';
import { StanzaIds } from '@sestina/xep-0359';
import { slice } from '@sestina/xep-0426';
import { FallbackIndication, NS_FALLBACK } from '@sestina/xep-0428';
import { afterEach, describe, expect, it } from 'vitest';
import { MessageReplies, type MessageRepliesOptions, NS_REPLY } from '../src/index.js';
import { movePlaces, quoteOf } from '../src/quote.js';

const OWN = 'romeo@montague.example/orchard';
const JULIET = 'juliet@capulet.example';
const BALCONY = `${JULIET}/balcony`;
const ROOM = 'verona@rooms.example';
const streams = useStreams(afterEach);

async function start(options: Partial<MessageRepliesOptions> = {}, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({
    jid: OWN,
    ...more,
    plugins: [
      [StanzaIds, { requireAnnounced: false, originId: 'never' }],
      MemoryMessageIndex,
      ...(more.plugins ?? []),
      [MessageReplies, options],
    ],
  });
  streams.keep(stream);
  const { xmpp } = stream;
  const messages: Message[] = [];
  xmpp.onMessage((message) => messages.push(message), { sources: ['stream', 'carbon'] });
  await stream.idle();
  stream.skipSent();
  return { stream, xmpp, replies: xmpp.plugin(MessageReplies), messages };
}

const says = (id: string, inside = `<body>${id}</body>`, { from = BALCONY, type = 'chat', to = OWN } = {}): string =>
  `<message from='${from}' to='${to}' type='${type}' id='${id}'>${inside}</message>`;
const fallback = (end: number): string =>
  `<fallback xmlns='${NS_FALLBACK}' for='${NS_REPLY}'><body start='0' end='${end}'/></fallback>`;
const reply = (id: string, to = ''): string => `<reply xmlns='${NS_REPLY}' id='${id}'${to && ` to='${to}'`}/>`;

describe('replying', () => {
  it('says which message is meant, and quotes it for programs that do not know it', async () => {
    const { stream, replies, messages } = await start();
    await stream.recv(says('m1', '<body>Hi 🧛\nthere</body><thread>t1</thread>'));
    replies.reply(messages[0] as Message, 'Great!');
    const sent = await stream.nextSent();
    const text = '> Hi 🧛\n> there\nGreat!';
    expect(sent.child('body')?.text).toBe(text);
    const { start: begin, end } = {
      start: 0,
      end: Number(sent.child('fallback', NS_FALLBACK)?.firstElement?.attribute('end')),
    };
    // In code points, with the newline behind the quote.
    expect([slice(text, begin, end), slice(text, end, [...text].length)]).toEqual(['> Hi 🧛\n> there\n', 'Great!']);
    expect(sent.child('reply', NS_REPLY)?.attribute('id')).toBe('m1');
    expect(sent.child('reply', NS_REPLY)?.attribute('to')).toBe(BALCONY);
    expect([sent.attribute('to'), sent.attribute('type'), sent.child('thread')?.text]).toEqual([JULIET, 'chat', 't1']);
  });

  it('to a reply leaves out what that quotes', async () => {
    const { stream, replies, messages } = await start();
    const body = '> old\nnew';
    await stream.recv(says('m1', `<body>${body.replace('>', '&gt;')}</body>${reply('m0')}${fallback(6)}`));
    await stream.recv(says('m2', `<body>${body.replace('>', '&gt;')}</body>`));
    for (const message of messages) {
      replies.reply(message, 'yes');
      expect((await stream.nextSent()).child('body')?.text).toBe('> new\nyes');
    }
  });

  it('quotes ten lines and a thousand characters at most, and nothing of what has no words', async () => {
    const { stream, replies, messages } = await start();
    await stream.recv(
      says('m1', `<body>${'a\n'.repeat(20)}</body>`) + says('m2', `<body>${'🦇'.repeat(1_500)}</body>`),
    );
    await stream.recv(says('m3', `<body>&gt; only a quote</body>`));
    const [lines, long, none] = messages as [Message, Message, Message];
    replies.reply(lines, 'x');
    expect((await stream.nextSent()).child('body')?.text).toBe(`${'> a\n'.repeat(9)}> a…\nx`);
    replies.reply(long, 'x');
    expect((await stream.nextSent()).child('body')?.text).toBe(`> ${'🦇'.repeat(1_000)}…\nx`);
    for (const [message, options] of [
      [none, {}],
      [lines, { quote: false }],
    ] as const) {
      replies.reply(message, 'x', options);
      const sent = await stream.nextSent();
      expect([sent.child('body')?.text, sent.child('fallback', NS_FALLBACK)]).toEqual(['x', undefined]);
    }
  });

  it('quotes the words alone, and says where some are left out', () => {
    expect([undefined, '', '\n \n', '> old\n'].map(quoteOf)).toEqual(['', '', '', '']);
    expect(quoteOf('\n \n a\n\nb \n\n')).toBe('>  a\n> \n> b\n');
    expect(quoteOf(`${'a\n'.repeat(9)}a`)).toBe('> a\n'.repeat(10));
    expect(quoteOf(`${'a\n'.repeat(10)}a`)).toBe(`${'> a\n'.repeat(9)}> a…\n`);
    expect(quoteOf('🦇'.repeat(1_000))).toBe(`> ${'🦇'.repeat(1_000)}\n`);
    expect(quoteOf('🦇'.repeat(1_001))).toBe(`> ${'🦇'.repeat(1_000)}…\n`);
  });

  it('moves what is said of places in the answer', async () => {
    const { xmpp } = await start();
    const mention = `<reference xmlns='urn:xmpp:reference:0' type='mention' begin='0' end='6' uri='xmpp:a@b'/>`;
    const other = `<reference xmlns='urn:xmpp:reference:0' anchor='xmpp:a@b' begin='0' end='6'/>`;
    const markup = `<markup xmlns='urn:xmpp:markup:0'><list start='0' end='6'><li start='0'/></list></markup>`;
    const message = xmpp.message({ body: 'Juliet, yes' });
    const mentions = `<mentions xmlns='urn:xmpp:mentions:0'><mention begin='12345678' end='123456789' start='1'/></mentions>`;
    const odd = `<reference xmlns='urn:xmpp:reference:0' begin='1x' end='x1'/><x xmlns='urn:x' begin='1' start='1' end='1234567890'/>`;
    for (const xml of [mention, other, markup, mentions]) message.xml.append(parseXml(xml));
    for (const xml of parseXml(`<o xmlns='urn:o'>${odd}</o>`).elements()) message.xml.append(xml.copy());
    movePlaces(message, 5);
    expect(`${message}`.match(/(begin|start|end)='\w+'/g)).toEqual([
      ...["begin='5'", "end='11'", "begin='0'", "end='6'"],
      ...["start='5'", "end='11'", "start='5'"],
      ...["begin='12345683'", "end='123456794'", "start='1'"],
      ...["begin='1x'", "end='x1'", "begin='1'", "start='1'", "end='1234567890'"],
    ]);
  });

  it('to a correction, or in another way than the sender calls it, refers to the first version', async () => {
    const { stream, replies, messages } = await start();
    await stream.recv(says('m1', `<body>a</body><origin-id xmlns='urn:xmpp:sid:0' id='o1'/>`));
    await stream.recv(says('m2', `<body>b</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>`));
    for (const [index, id] of ['o1', 'm1'].entries()) {
      replies.reply(messages[index] as Message, 'x');
      expect((await stream.nextSent()).child('reply', NS_REPLY)?.attribute('id')).toBe(id);
    }
  });

  it('in a room needs what the room calls the message, or is a quote alone', async () => {
    const { stream, xmpp, replies, messages } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    const from = `${ROOM}/juliet`;
    const sid = `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='s1'/>`;
    await stream.recv(says('g1', '<body>Hi</body>', { from, type: 'groupchat' }));
    await stream.recv(
      says('g2', `<body>Hi</body>${sid}`, { from, type: 'groupchat' }) + says('w1', undefined, { from }),
    );
    const [nameless, named, whispered] = messages as [Message, Message, Message];
    expect(() => replies.reply(nameless, 'x')).toThrow(CannotReferError);
    replies.reply(nameless, 'x', { quote: true });
    await stream.expectSent(`<message id='*' to='${ROOM}' type='groupchat'><body>&gt; Hi\nx</body></message>`);
    expect(replies.compose(nameless, {}, { quote: true }).body).toBe('> Hi\n');
    replies.reply(named, 'x', { quote: false });
    await stream.expectSent(
      `<message id='*' to='${ROOM}' type='groupchat'><body>x</body>${reply('s1', from)}</message>`,
    );
    replies.reply(whispered, 'x', { quote: false });
    const x = `<x xmlns='http://jabber.org/protocol/muc#user'/>`;
    await stream.expectSent(
      `<message id='*' to='${from}' type='chat'><body>x</body>${x}${reply('w1', from)}</message>`,
    );
  });

  it('is composed for who puts more into it, and sent when he says so', async () => {
    const { stream, replies, messages } = await start();
    await stream.recv(says('m1', '<body>Hi</body>'));
    const own = replies.compose(messages[0] as Message, { body: 'x', thread: 't2', to: 'eve@evil.example' });
    expect([own.thread, own.to?.full]).toEqual(['t2', JULIET]);
    const composed = replies.compose(messages[0] as Message, { body: 'Great!', id: 'r1' });
    expect(composed.body).toBe('> Hi\nGreat!');
    expect(composed.context).toMatchObject({ way: 'out', kind: 'chat', peer: JID.parse(JULIET) });
    await stream.idle();
    expect(stream.sent).toEqual([]);
    composed.subject = 'Love';
    await composed.send();
    const sent = await stream.nextSent();
    expect([sent.attribute('id'), sent.child('reply', NS_REPLY)?.attribute('id')]).toEqual(['r1', 'm1']);
    expect(sent.child('subject')?.text).toBe('Love');
  });

  it('takes a signal, and ends with the plugin', async () => {
    const { stream, xmpp, replies, messages } = await start();
    await stream.recv(says('m1'));
    const sending = replies.reply(messages[0] as Message, 'x', { signal: AbortSignal.abort() });
    await expect(Promise.resolve(sending)).rejects.toMatchObject({ reason: 'aborted' });
    xmpp.remove(MessageReplies);
    expect(() => replies.reply(messages[0] as Message, 'x')).toThrow(/removed/);
    await expect(replies.target(messages[0] as Message)).rejects.toThrow(/removed/);
  });
});

describe('a reply', () => {
  it('has the message that it answers, written by who has written it and not by who is said to', async () => {
    const { stream, xmpp, replies, messages } = await start();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'mine', id: 'mine' });
    const claims = [`romeo@montague.example/x`, '', BALCONY, 'not@@an address'];
    await stream.recv(claims.map((to, index) => says(`r${index}`, `<body>x</body>${reply('mine', to)}`)).join(''));
    const targets = await Promise.all(messages.map((message) => replies.target(message)));
    expect(targets.map((target) => [target?.id, target?.way, target?.claimed])).toEqual([
      ['mine', 'out', false],
      ['mine', 'out', false],
      ['mine', 'out', true],
      ['mine', 'out', false],
    ]);
  });

  it('in a room has one of that very occupant, and one of ours refers to us', async () => {
    const { stream, xmpp, replies, messages } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    const sid = `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='s1'/>`;
    const juliet = { from: `${ROOM}/juliet`, type: 'groupchat' };
    await stream.recv(says('g1', `<body>Hi</body>${sid}`, juliet));
    const claims = [`${ROOM}/juliet`, `${ROOM}/nurse`, ROOM];
    await stream.recv(
      claims.map((to, index) => says(`r${index}`, `<body>x</body>${reply('s1', to)}`, juliet)).join(''),
    );
    const targets = await Promise.all(messages.slice(1).map((message) => replies.target(message)));
    expect(targets.map((target) => [target?.id, target?.claimed])).toEqual([
      ['g1', false],
      ['g1', true],
      ['g1', true],
    ]);
    const sent = xmpp.message({ to: JULIET, type: 'chat', body: 'mine', id: 'mine' });
    sent.send();
    await stream.nextSent();
    expect(replies.compose(sent, 'x').inReplyTo).toMatchObject({ id: 'mine', to: xmpp.account });
  });

  it('of another conversation, of nothing known and of itself has none', async () => {
    const { stream, replies, messages } = await start();
    await stream.recv(says('m1') + says('r1', `<body>x</body>${reply('m1')}`, { from: 'eve@evil.example/x' }));
    await stream.recv(
      says('r2', `<body>x</body>${reply('r2')}`) + says('r3', `<body>x</body><reply xmlns='${NS_REPLY}'/>`),
    );
    expect(await Promise.all(messages.map((message) => replies.target(message)))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('by another device of ours has one, too', async () => {
    const { stream, replies, messages } = await start({}, { plugins: [[MessageCarbons, { auto: false }]] });
    await stream.recv(says('m1'));
    const inside = says('c1', `<body>x</body>${reply('m1', BALCONY)}`, {
      from: 'romeo@montague.example/b',
      to: JULIET,
    });
    await stream.recv(
      `<message from='romeo@montague.example' to='${OWN}'><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>` +
        `${inside.replace('<message ', "<message xmlns='jabber:client' ")}</forwarded></sent></message>`,
    );
    expect(await replies.target(messages[1] as Message)).toMatchObject({ id: 'm1', way: 'in', claimed: false });
  });

  it('says what it says without the quote, and the quote stays where it was', async () => {
    const { stream, xmpp, replies, messages } = await start();
    await stream.recv(says('r1', `<body>&gt; 🧛\n👍</body>${reply('m1')}${fallback(4)}`));
    const [message] = messages as [Message];
    expect([replies.text(message), message.body]).toEqual(['👍', '> 🧛\n👍']);
    xmpp.remove(MessageReplies);
    expect(xmpp.plugin(FallbackIndication).text(message)).toBe('> 🧛\n👍');
    expect(JID.parse(BALCONY).equals(message.from ?? '')).toBe(true);
  });
});
