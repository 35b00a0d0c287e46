import { Message, viewOf } from '@sestina/core';
import { expectXml, parseXml, ScriptedStream, useStreams } from '@sestina/testing';
import { slice } from '@sestina/xep-0426';
import { afterEach, describe, expect, it } from 'vitest';
import { FallbackIndication, NS_FALLBACK } from '../src/index.js';

const REPLY = 'urn:xmpp:reply:0';
const QUOTE = '> 🧛 wrote:\n> Hi\n';
const streams = useStreams(afterEach);

async function start() {
  const stream = await ScriptedStream.start({ plugins: [FallbackIndication] });
  streams.keep(stream);
  const { xmpp } = stream;
  const fallback = xmpp.plugin(FallbackIndication);
  return { stream, xmpp, fallback, registration: fallback.understands(REPLY) };
}

const marked = (inside: string, attributes = `for='${REPLY}'`): string =>
  `<fallback xmlns='${NS_FALLBACK}' ${attributes}>${inside}</fallback>`;
const message = (body: string, ...more: string[]): Message =>
  viewOf(
    Message,
    parseXml(
      `<message xmlns='jabber:client' from='a@b.c/d'><body>${body.replaceAll('>', '&gt;')}</body>${more.join('')}</message>`,
    ),
  );

describe('the text of a message', () => {
  const end = [...QUOTE].length;

  it('is what stands for nothing else, counted in code points', async () => {
    const { fallback, registration } = await start();
    const said = message(`${QUOTE}Great 🎉 @juliet`, marked(`<body start='0' end='${end}'/>`));
    expect(fallback.text(said)).toBe('Great 🎉 @juliet');
    const content = fallback.content(said);
    const mention = content?.map({ begin: end + 8, end: end + 15 });
    expect(mention && slice(content?.text ?? '', mention.begin, mention.end)).toBe('@juliet');
    expect(said.body).toBe(`${QUOTE}Great 🎉 @juliet`);
    const other = fallback.understands(REPLY);
    registration.dispose();
    expect(fallback.text(said)).toBe('Great 🎉 @juliet');
    other.dispose();
    expect(fallback.text(said)).toBe(said.body);
  });

  it.each([
    ['all of it', marked(''), ''],
    ['all of the body', marked('<body/>'), ''],
    ['two parts that overlap', marked(`<body start='0' end='3'/><body start='2' end='5'/>`), 'fgh'],
    ['two that say so', marked(`<body start='0' end='1'/>`) + marked(`<body start='7' end='8'/>`), 'bcdefg'],
    ['the subject alone', marked('<subject/>'), 'abcdefgh'],
    ['the subject and a part of the body', marked(`<subject/><body start='1' end='8'/>`), 'a'],
    ['a part of no length', marked(`<body start='3' end='3'/>`), 'abcdefgh'],
    ['a part without a beginning', marked(`<body end='3'/>`), 'abcdefgh'],
    ['a part beyond the end', marked(`<body start='0' end='99'/>`), 'abcdefgh'],
    ['a part that ends before it begins', marked(`<body start='3' end='1'/>`), 'abcdefgh'],
    ['a part without an end', marked(`<body start='3'/>`), 'abcdefgh'],
    ['a part that is no number', marked(`<body start='x' end='3'/>`), 'abcdefgh'],
    ['something that nobody understands', marked('', `for='urn:other'`), 'abcdefgh'],
    ['nobody knows what', marked('', ''), 'abcdefgh'],
  ])('is without %s', async (_what, fallback, text) => {
    const plugin = (await start()).fallback;
    expect(plugin.text(message('abcdefgh', fallback))).toBe(text);
  });

  it('is that of a language, and none where there is none', async () => {
    const { fallback } = await start();
    const said = message('abc', `<body xml:lang='de'>xyz</body>`, marked(`<body start='0' end='1'/>`));
    expect([fallback.text(said, 'de'), fallback.text(said, 'fr')]).toEqual(['yz', undefined]);
    expect(fallback.text(new Message({}))).toBeUndefined();
  });
});

describe('a message', () => {
  it('whose text all stands for something else is nothing to read', async () => {
    const { stream, xmpp } = await start();
    const heard: unknown[] = [];
    xmpp.on('message', ({ body }) => heard.push(body));
    await stream.recv(`<message from='a@b.c/d'><body>+1</body>${marked('')}</message>`);
    await stream.recv(`<message from='a@b.c/d'><body>+1</body>${marked('', `for='urn:other'`)}</message>`);
    await stream.recv(`<message from='a@b.c/d'><body>ab</body>${marked(`<body start='0' end='1'/>`)}</message>`);
    await stream.recv(`<message from='a@b.c/d'><oob xmlns='urn:x'/>${marked('')}</message>`);
    expect(heard).toEqual(['+1', 'ab']);
    expect([...xmpp.advertised]).toEqual([NS_FALLBACK]);
  });

  it('that is sent says what its text stands for, also where more is put before it', async () => {
    const { xmpp, fallback } = await start();
    const said = xmpp.message({ to: 'a@b.c', body: '🎉b' });
    fallback.mark(said, 'urn:x', [{ begin: 1, end: 2 }]);
    fallback.prepend(said, REPLY, '> 🧛\n');
    expectXml(
      said.xml,
      `<message xmlns='jabber:client' to='a@b.c'><body>&gt; 🧛\n🎉b</body>
        <fallback xmlns='${NS_FALLBACK}' for='urn:x'><body start='5' end='6'/></fallback>
        <fallback xmlns='${NS_FALLBACK}' for='${REPLY}'><body start='0' end='4'/></fallback></message>`,
    );
    expect(fallback.text(said)).toBe('🎉b');
    const bare = xmpp.message({ to: 'a@b.c', body: 'b' });
    fallback.mark(bare, REPLY);
    expect([fallback.text(bare), bare.fallbacks.at(0)?.body.length]).toEqual(['', 0]);
    const wordless = xmpp.message({ to: 'a@b.c' });
    fallback.mark(wordless, 'urn:x');
    fallback.prepend(wordless, REPLY, '> x');
    expect([wordless.body, fallback.text(wordless)]).toEqual(['> x', '']);
  });

  it('is read as it came once the plugin is removed', async () => {
    const { stream, xmpp } = await start();
    xmpp.remove(FallbackIndication);
    const heard: unknown[] = [];
    xmpp.on('message', ({ body }) => heard.push(body));
    await stream.recv(`<message from='a@b.c/d'><body>+1</body>${marked('')}</message>`);
    expect([heard, [...xmpp.advertised]]).toEqual([['+1'], []]);
  });
});
