import { Message, provide, viewOf } from '@sestina/core';
import { childContainer } from '@sestina/core/connection';
import { HttpClient } from '@sestina/http';
import { MemoryHttpClient } from '@sestina/http/memory';
import { MemoryMessageIndex } from '@sestina/message-index';
import { expectXml, parseXml, ScriptedStream, useStreams } from '@sestina/testing';
import { type MessageCorrected, MessageCorrection } from '@sestina/xep-0308';
import { FileSharing } from '@sestina/xep-0447';
import { afterEach, describe, expect, it } from 'vitest';
import { isHidden, NS_SPOILER, Spoilers } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';
const streams = useStreams(afterEach);
const read = (inside: string, attributes = ''): Message =>
  viewOf(Message, parseXml(`<message xmlns='jabber:client'${attributes}>${inside}</message>`));
const hint = (text = '', lang = ''): string =>
  `<spoiler xmlns='${NS_SPOILER}'${lang && ` xml:lang='${lang}'`}>${text}</spoiler>`;

describe('a spoiler', () => {
  it('hides what a message says, with a hint or without (XEP-0382 §3)', () => {
    const plain = read('<body>b</body>');
    expect([isHidden(plain), plain.spoiler, plain.spoilers.size]).toEqual([false, undefined, 0]);
    const empty = read(`<body>b</body><spoiler xmlns='${NS_SPOILER}'/>`);
    expect([isHidden(empty), empty.spoiler, [...empty.spoilers]]).toEqual([true, '', [['', '']]]);
    const about = read(`<body>b</body>${hint('Love story end')}`);
    expect([isHidden(about), about.spoiler]).toEqual([true, 'Love story end']);
    expect(isHidden(read(`<body>b</body><spoiler xmlns='urn:example'/>`))).toBe(false);
  });

  it('hides what has no body, too', () => {
    const message = read(
      `${hint('Trip to the beach')}<x xmlns='jabber:x:oob'><url>https://example.org/a.png</url></x>`,
    );
    expect([isHidden(message), message.body, message.spoiler]).toEqual([true, undefined, 'Trip to the beach']);
  });

  it('says what it is about in several languages', () => {
    const both = hint('Trip to the beach', 'en') + hint('Viatge a la platja', 'ca');
    expect(read(both).spoiler).toBe('Trip to the beach');
    const message = read(both, " xml:lang='CA'");
    expect(message.spoiler).toBe('Viatge a la platja');
    expect([message.spoilers.get('en'), message.spoilers.best('de', 'en-GB')]).toEqual(
      Array(2).fill('Trip to the beach'),
    );
    expect(message.spoilers.best('de')).toBe('Viatge a la platja');
    // A hint without a language has that of the message.
    expect(read(hint('x', 'en') + hint('y'), " xml:lang='ca'").spoiler).toBe('y');
  });

  it('is the first one of several in one language', () => {
    const message = read(hint('a', 'en') + hint('b', 'EN'));
    expect([message.spoiler, [...message.spoilers]]).toEqual(['a', [['en', 'a']]]);
  });

  it('is read to an end however many languages somebody invents', () => {
    const message = read(Array.from({ length: 5_000 }, (_, i) => hint('h', `x-${i}`)).join(''));
    expect([message.spoilers.size, message.spoiler, isHidden(message)]).toEqual([100, 'h', true]);
  });

  it('is written', () => {
    const message = new Message({ to: 'juliet@capulet.example', spoiler: '' });
    expectXml(message.xml, `<message xmlns='jabber:client' to='juliet@capulet.example'>${hint()}</message>`);
    message.spoiler = 'Love & death';
    expectXml(
      message.xml,
      `<message xmlns='jabber:client' to='juliet@capulet.example'>${hint('Love &amp; death')}</message>`,
    );
    message.spoilers = { en: 'Love story end', ca: "Fi de la història d'amor" };
    expectXml(
      message.xml,
      `<message xmlns='jabber:client' to='juliet@capulet.example'>${hint('Love story end', 'en')}${hint("Fi de la història d'amor", 'ca')}</message>`,
    );
    message.spoiler = undefined;
    expectXml(message.xml, `<message xmlns='jabber:client' to='juliet@capulet.example'/>`);
  });

  it('is written in the language of its message, beside the others', () => {
    const message = new Message({ lang: 'ca', spoilers: new Map([['en', 'x']]) });
    message.spoiler = 'y';
    expectXml(message.xml, `<message xmlns='jabber:client' xml:lang='ca'>${hint('x', 'en')}${hint('y')}</message>`);
    const hints = message.spoilers;
    message.spoilers = hints;
    expect([...hints]).toEqual([
      ['ca', 'y'],
      ['en', 'x'],
    ]);
    expectXml(message.xml, `<message xmlns='jabber:client' xml:lang='ca'>${hint('y')}${hint('x', 'en')}</message>`);
    message.spoilers = { CA: 'z' };
    expectXml(message.xml, `<message xmlns='jabber:client' xml:lang='ca'>${hint('z')}</message>`);
    message.spoilers = undefined;
    expect(isHidden(message)).toBe(false);
  });

  it('stays where what is written in its place is no text', () => {
    const message = new Message({ spoiler: 'x' });
    expect(() => {
      message.spoilers = { en: 'y', ca: 5 as never };
    }).toThrow(TypeError);
    expect([message.spoiler, message.spoilers.size]).toEqual(['x', 1]);
  });
});

describe('the plugin', () => {
  it('announces that spoilers are hidden, as long as it is there', async () => {
    const stream = streams.keep(await ScriptedStream.start({ plugins: [Spoilers] }));
    const features = (): string[] => [...stream.xmpp.advertised];
    expect(features()).toContain(NS_SPOILER);
    stream.xmpp.remove(Spoilers);
    expect(features()).not.toContain(NS_SPOILER);
  });

  it('has nothing fetched of what is hidden', async () => {
    const container = childContainer();
    const stream = streams.keep(
      await ScriptedStream.start({ plugins: [Spoilers, FileSharing], options: { container } }),
    );
    const http = new MemoryHttpClient(() => ({ body: 'x' }), { clock: stream.clock });
    provide(container, HttpClient, http);
    const hidden: boolean[] = [];
    stream.xmpp.on('filesShared', ({ message }) => void hidden.push(isHidden(message)));
    stream.skipSent();
    await stream.recv(
      `<message from='${JULIET}' id='m1' type='chat'><body>https://example.org/a.png</body>${hint()}` +
        `<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>a.png</name></file>` +
        `<sources xmlns='urn:xmpp:sfs:0'><url-data xmlns='http://jabber.org/protocol/url-data' target='https://example.org/a.png'/></sources>` +
        `</file-sharing></message>`,
    );
    await stream.idle();
    expect(hidden).toEqual([true]);
    expect(http.requests).toEqual([]);
    await stream.expectNothingSent();
  });
});

describe('a correction', () => {
  async function start() {
    const stream = streams.keep(
      await ScriptedStream.start({ plugins: [MemoryMessageIndex, MessageCorrection, Spoilers] }),
    );
    const told: MessageCorrected[] = [];
    stream.xmpp.on('messageCorrected', (corrected) => void told.push(corrected));
    stream.skipSent();
    return { stream, told };
  }

  it('uncovers where it is no spoiler, and hides where it is one', async () => {
    const { stream, told } = await start();
    const says = (id: string, inside: string): string =>
      `<message from='${JULIET}' id='${id}' type='chat'><body>b</body>${inside}</message>`;
    const replace = "<replace xmlns='urn:xmpp:message-correct:0' id='m1'/>";
    await stream.recv(says('m1', hint('Love story end')));
    await stream.recv(says('m2', replace));
    await stream.recv(says('m3', replace + hint()));
    expect(told.map(({ message, verified }) => [verified, isHidden(message)])).toEqual([
      [true, false],
      [true, true],
    ]);
  });

  it('of ours hides as before, unless it says otherwise', async () => {
    const { stream } = await start();
    const sent = stream.xmpp.message({ to: JULIET, type: 'chat', id: 'm1', body: 'b', spoiler: 'Love story end' });
    sent.send();
    await stream.nextSent();
    const correction = stream.xmpp.plugin(MessageCorrection);
    correction.correct(sent, 'c');
    expect(new Message((await stream.nextSent()).copy()).spoiler).toBe('Love story end');
    correction.correct(sent, (copy) => {
      copy.spoiler = undefined;
    });
    expect(isHidden(new Message((await stream.nextSent()).copy()))).toBe(false);
  });
});
