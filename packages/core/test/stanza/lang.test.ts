import { parseDocument } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { LangMap } from '../../src/stanza/lang.js';
import { Message } from '../../src/stanza/message.js';
import { Presence } from '../../src/stanza/presence.js';
import { xml } from '../helpers/received.js';
import { FEATURES, HEADER, MemoryTransport, serve } from '../helpers/stream-transport.js';
import { online } from '../helpers/stream-xmpp.js';

// RFC 6121 §5.2.3, the example of a message with two bodies.
const BILINGUAL =
  "<message xmlns='jabber:client' from='juliet@example.com/balcony' id='z94nb37h' to='romeo@example.net' type='chat' xml:lang='en'>" +
  '<body>Wherefore art thou, Romeo?</body>' +
  "<body xml:lang='cs'>PročeŽ jsi ty, Romeo?</body></message>";

const message = (content: string, attributes = ''): Message =>
  new Message(xml(`<message xmlns='jabber:client' ${attributes}>${content}</message>`));

describe('reading a text in several languages', () => {
  it('gives the one without xml:lang', () => {
    expect(new Message(xml(BILINGUAL)).body).toBe('Wherefore art thou, Romeo?');
  });

  it('gives the one without xml:lang wherever it stands', () => {
    expect(message("<body xml:lang='cs'>Ahoj</body><body>Hi</body>").body).toBe('Hi');
  });

  it('gives the one in the language of the stanza, whatever the case of its tag', () => {
    expect(message("<body xml:lang='cs'>Ahoj</body><body xml:lang='EN'>Hi</body>", "xml:lang='en'").body).toBe('Hi');
  });

  it('gives the first where none is in the language of the stanza', () => {
    expect(message("<body xml:lang='cs'>Ahoj</body><body xml:lang='de'>Hallo</body>").body).toBe('Ahoj');
  });

  it('gives the first of two that have the same language', () => {
    expect(message('<body>first</body><body>second</body>').body).toBe('first');
    expect(message("<body xml:lang='cs'>first</body><body xml:lang='cs'>second</body>").bodies.get('cs')).toBe('first');
  });

  it('gives undefined where there is none, also where another namespace has one', () => {
    expect(message("<body xmlns='http://www.w3.org/1999/xhtml'>x</body>").body).toBeUndefined();
    expect(message('').bodies.get()).toBeUndefined();
  });

  it('iterates over all of them in order', () => {
    const { bodies } = new Message(xml(BILINGUAL));
    expect([...bodies]).toEqual([
      ['en', 'Wherefore art thou, Romeo?'],
      ['cs', 'PročeŽ jsi ty, Romeo?'],
    ]);
    expect(bodies.size).toBe(2);
    expect([...message('<body>x</body>').bodies]).toEqual([['', 'x']]);
  });

  it('finds the language asked for, in any case, and no other', () => {
    const { bodies } = new Message(xml(BILINGUAL));
    expect([bodies.get('CS'), bodies.get('en'), bodies.get(), bodies.get('de'), bodies.get('c')]).toEqual([
      'PročeŽ jsi ty, Romeo?',
      'Wherefore art thou, Romeo?',
      'Wherefore art thou, Romeo?',
      undefined,
      undefined,
    ]);
  });
});

describe('best()', () => {
  const { bodies } = message(
    "<body xml:lang='de'>Hallo</body><body xml:lang='en-GB'>Hullo</body><body xml:lang='en'>Hi</body><body>?</body>",
  );

  it.each([
    [['cs', 'de'], 'Hallo'],
    [['en'], 'Hi'],
    [['EN-gb'], 'Hullo'],
    [['en-US'], 'Hi'],
    [['en-US', 'de'], 'Hi'],
    [['de-AT-1996'], 'Hallo'],
    [['d', 'e'], '?'],
    [[''], '?'],
    [[], '?'],
  ])('takes for %j the best there is', (preferred, text) => {
    expect(bodies.best(...preferred)).toBe(text);
  });

  it('takes another country where the language itself is not there', () => {
    expect(message("<body>?</body><body xml:lang='pt-BR'>Oi</body>").bodies.best('pt')).toBe('Oi');
    expect(message("<body>?</body><body xml:lang='pt-BR'>Oi</body>").bodies.best('pt-PT')).toBe('Oi');
  });
});

describe('writing a text in several languages', () => {
  it('writes the default without xml:lang', () => {
    expect(new Message({ body: 'Hi' }).toString()).toBe("<message xmlns='jabber:client'><body>Hi</body></message>");
  });

  it('replaces the default one only', () => {
    const view = new Message(xml(BILINGUAL));
    view.body = 'Hi';
    expect([view.body, view.bodies.get('cs'), view.bodies.size]).toEqual(['Hi', 'PročeŽ jsi ty, Romeo?', 2]);
  });

  it('does not pass a text off as one of another language', () => {
    const view = message("<body xml:lang='cs'>Ahoj</body>");
    view.body = 'Hi';
    expect([view.body, view.bodies.get('cs')]).toEqual(['Hi', 'Ahoj']);
  });

  it('removes them all for undefined', () => {
    const view = new Message(xml(BILINGUAL));
    view.body = undefined;
    expect([view.body, view.bodies.size]).toEqual([undefined, 0]);
  });

  it('sets, replaces and removes one language', () => {
    const view = message('<body>Hi</body>', "xml:lang='en'");
    view.bodies.set('cs', 'x').set('CS', 'Ahoj');
    expect([...view.bodies]).toEqual([
      ['en', 'Hi'],
      ['cs', 'Ahoj'],
    ]);
    view.bodies.set('cs', undefined).set('de', undefined);
    expect([...view.bodies]).toEqual([['en', 'Hi']]);
    view.bodies.set('en', 'Hello');
    expect(view.xml.child('body')?.lang).toBeUndefined();
  });

  it('removes a language also where it was there twice', () => {
    const { bodies } = message("<body xml:lang='cs'>1</body><body xml:lang='cs'>2</body>");
    expect(bodies.set('cs', undefined).get('cs')).toBeUndefined();
  });

  it('takes pairs in new, also those of another stanza', () => {
    const view = new Message({ bodies: new Message(xml(BILINGUAL)).bodies });
    expect([...view.bodies]).toEqual([
      ['en', 'Wherefore art thou, Romeo?'],
      ['cs', 'PročeŽ jsi ty, Romeo?'],
    ]);
  });

  it('refuses what is no text', () => {
    expect(() => new Message().bodies.set('cs', 5 as never)).toThrow(TypeError);
    expect(() => new Message({ body: 5 as never })).toThrow(TypeError);
  });
});

describe('other texts', () => {
  it('subject and status have languages too', () => {
    expect(message("<subject xml:lang='cs'>a</subject><subject>b</subject>").subject).toBe('b');
    const presence = new Presence({ statuses: [['cs', 'Pryč']] });
    expect([presence.status, presence.statuses.get('cs')]).toEqual(['Pryč', 'Pryč']);
  });
});

describe('a LangMap', () => {
  it('is one value, to be read from one stanza and given to another', () => {
    const source = new Message(xml(BILINGUAL));
    const copy = new Message({ bodies: source.bodies });
    expect([...copy.bodies]).toEqual([...source.bodies]);
    const other = new Message();
    other.bodies = source.bodies;
    expect(other.toString()).toBe(copy.toString());
    const { bodies } = source;
    source.bodies = bodies;
    expect(source.bodies.size).toBe(2);
  });

  it.each([
    ['a record', { en: 'Hello', cs: 'Ahoj', '': 'Hi' }],
    [
      'pairs',
      [
        ['en', 'Hello'],
        ['cs', 'Ahoj'],
        ['', 'Hi'],
      ] as const,
    ],
    [
      'a Map',
      new Map([
        ['en', 'Hello'],
        ['cs', 'Ahoj'],
        ['', 'Hi'],
      ]),
    ],
    ['a LangMap', new LangMap({ en: 'Hello', cs: 'Ahoj', '': 'Hi' })],
  ])('can be made of %s', (_, texts) => {
    const expected =
      "<message xmlns='jabber:client'><body xml:lang='en'>Hello</body><body xml:lang='cs'>Ahoj</body><body>Hi</body></message>";
    expect(new Message({ bodies: texts }).toString()).toBe(expected);
    expect(new Message().set({ bodies: texts }).toString()).toBe(expected);
    const map = new LangMap(texts);
    expect([map.get('CS'), map.best('fr', 'en'), map.get(), map.size]).toEqual(['Ahoj', 'Hello', 'Hi', 3]);
    expect(JSON.stringify(map)).toBe('{"en":"Hello","cs":"Ahoj","":"Hi"}');
  });

  it('of its own is nobody else’s', () => {
    const map = new LangMap().set('en', 'one');
    const message = new Message({ bodies: map });
    map.set('en', 'two');
    expect([message.bodies.get('en'), map.get('en')]).toEqual(['one', 'two']);
  });

  it('of a stanza is live, and removed by undefined', () => {
    const { bodies } = message('<body>x</body>');
    bodies.set('cs', 'y');
    expect(bodies.size).toBe(2);
    const view = message("<body>x</body><body xml:lang='cs'>y</body><subject>z</subject>");
    view.set({ bodies: undefined });
    expect(view.toString()).toBe("<message xmlns='jabber:client'><subject>z</subject></message>");
  });

  it('refuses what is no text by language, and keeps what was there', () => {
    const view = message('<body>x</body>');
    for (const bad of ['text', { en: 5 }, [['en', undefined]]]) {
      expect(() => view.set({ bodies: bad as never })).toThrow(TypeError);
    }
    expect(view.body).toBe('x');
  });
});

describe('the language of the stream', () => {
  /** As a parser of a stream with that language gives it. */
  const received = (text: string, lang: string): Message => new Message(parseDocument(text, { lang }));
  const TEXT = "<message xmlns='jabber:client'><body>Hello</body><body xml:lang='cs'>Ahoj</body></message>";

  it('is that of what says none (RFC 6120 §8.1.5)', () => {
    const { bodies, body, lang } = received(TEXT, 'en');
    expect([bodies.get('en'), bodies.best('de', 'en'), bodies.best('cs'), bodies.get(), bodies.get('')]).toEqual([
      'Hello',
      'Hello',
      'Ahoj',
      'Hello',
      undefined,
    ]);
    expect([...bodies]).toEqual([
      ['en', 'Hello'],
      ['cs', 'Ahoj'],
    ]);
    expect([lang, body]).toEqual(['en', 'Hello']);
    expect(received(TEXT, 'cs').body).toBe('Hello');
  });

  it('yields to that of the stanza', () => {
    const view = received(TEXT.replace('<message', "<message xml:lang='de'"), 'en');
    expect([view.lang, view.bodies.get('de'), view.bodies.get('en')]).toEqual(['de', 'Hello', undefined]);
  });

  it('chooses among several as that of the stanza does', () => {
    expect(
      received(
        "<message xmlns='jabber:client'><body xml:lang='cs'>Ahoj</body><body xml:lang='EN'>Hi</body></message>",
        'en',
      ).body,
    ).toBe('Hi');
  });

  it('is nothing to a stanza that came on none', () => {
    expect([new Message().lang, new Presence().lang, new Message({ lang: 'de' }).lang]).toEqual([
      undefined,
      undefined,
      'de',
    ]);
  });

  it('is not written where a copy goes out on another stream', () => {
    const copy = received("<message xmlns='jabber:client'/>", 'en').copy();
    expect(copy.lang).toBe('en');
    copy.bodies.set('en', 'Hello');
    expect(copy.toString()).toBe("<message xmlns='jabber:client'><body xml:lang='en'>Hello</body></message>");
    copy.lang = 'de';
    expect(copy.lang).toBe('de');
  });

  it('comes from the header, for each stanza that came on it', async () => {
    const xmpp = await online({
      transport: () =>
        serve(new MemoryTransport(), FEATURES, HEADER.replace("version='1.0'>", "version='1.0' xml:lang='en'>")),
    });
    const seen: (string | undefined)[] = [];
    xmpp.onMessage((each) => seen.push(each.bodies.best('en')));
    await xmpp.receive("<message><body xml:lang='cs'>Ahoj</body><body>Hello</body></message>");
    expect(seen).toEqual(['Hello']);
  });
});
