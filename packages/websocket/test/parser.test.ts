import { readFileSync } from 'node:fs';
import type { XmlElement, XmlStreamError } from '@sestina/core';
import { DEFAULT_LIMITS, type Parser, type StreamHeader } from '@sestina/core/transport';
import { webSocketFraming } from '@sestina/websocket';
import { describe, expect, it } from 'vitest';

const OPEN =
  "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='s1' from='example.org' version='1.0' xml:lang='en'/>";
const MESSAGE = "<message xmlns='jabber:client' from='bob@example.net/x'><body>hi</body></message>";
const CLOSE = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>";

/** A parser, and what it told in order. */
function parser(limits = DEFAULT_LIMITS) {
  const told: string[] = [];
  const headers: StreamHeader[] = [];
  const elements: XmlElement[] = [];
  const errors: XmlStreamError[] = [];
  const sizes: number[] = [];
  const made: Parser = webSocketFraming.createParser(
    {
      streamStart: (header) => {
        told.push('header');
        headers.push(header);
      },
      element: (element, bytes) => {
        told.push(element.name);
        elements.push(element);
        sizes.push(bytes);
      },
      streamEnd: () => told.push('end'),
      error: (error) => {
        told.push(error.condition);
        errors.push(error);
      },
    },
    limits,
  );
  return { parser: made, told, headers, elements, errors, sizes };
}

function afterOpen(...frames: (Uint8Array | string)[]) {
  const made = parser();
  for (const frame of [OPEN, ...frames]) made.parser.write(frame);
  made.told.shift();
  return made;
}

describe('a parser of frames', () => {
  it('tells header, stanzas and end', () => {
    const { told, headers, elements, sizes } = afterOpen(MESSAGE, '<a xmlns="x">ü</a>', CLOSE, MESSAGE);
    expect(told).toEqual(['message', 'a', 'end']);
    expect(headers).toEqual([
      {
        name: 'open',
        namespace: 'urn:ietf:params:xml:ns:xmpp-framing',
        contentNamespace: 'urn:ietf:params:xml:ns:xmpp-framing',
        to: undefined,
        from: 'example.org',
        id: 's1',
        version: '1.0',
        lang: 'en',
      },
    ]);
    expect(elements[0]?.namespace).toBe('jabber:client');
    expect(elements[0]?.origin?.sealed).toBe(false);
    expect(sizes).toEqual([MESSAGE.length, 19]);
  });

  it('takes features and errors of both forms (RFC 7395 §3.3.3)', () => {
    const { elements } = afterOpen(
      '<stream:features xmlns:stream="http://etherx.jabber.org/streams"/>',
      "<?xml version='1.0'?><features xmlns='http://etherx.jabber.org/streams'/>",
    );
    for (const element of elements) {
      expect([element.name, element.namespace]).toEqual(['features', 'http://etherx.jabber.org/streams']);
    }
    expect(elements.length).toBe(2);
  });

  it('keeps the namespaces of one frame out of the next', () => {
    const { told } = afterOpen('<x:a xmlns:x="y"/>', '<x:a/>');
    expect(told).toEqual(['a', 'not-well-formed']);
  });

  it.each([
    ['an end tag alone', '</frame>', 'not-well-formed'],
    ['an end tag behind the element', '<a xmlns="x"/></frame>', 'not-well-formed'],
    ['nothing', '', 'bad-format'],
    ['white space', ' ', 'bad-format'],
    ['a byte order mark', '\ufeff<a xmlns="x"/>', 'bad-format'],
    ['text behind the element', '<a xmlns="x"/>x', 'bad-format'],
    ['an element and a half', '<a xmlns="x"/><b', 'bad-format'],
    ['an element, and a tag that does not match its own', '<a xmlns="x"/><b></c>', 'bad-format'],
    ['tags that do not match', '<a xmlns="x"><b></a>', 'not-well-formed'],
    ['a comment', '<!-- --><a xmlns="x"/>', 'restricted-xml'],
    ['a comment behind the element', '<a xmlns="x"/><!-- -->', 'restricted-xml'],
    ['a DOCTYPE', '<!DOCTYPE a><a xmlns="x"/>', 'restricted-xml'],
    ['a processing instruction', '<a xmlns="x"><?b?></a>', 'restricted-xml'],
    ['an entity', '<a xmlns="x">&eacute;</a>', 'restricted-xml'],
    ['another encoding', "<?xml version='1.0' encoding='latin1'?><a xmlns='x'/>", 'unsupported-encoding'],
    ['a lone surrogate', '<a xmlns="x">\ud800</a>', 'not-well-formed'],
    ['a second <open/>', OPEN, 'bad-format'],
    ['something else of the framing', "<x xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", 'bad-format'],
    ['bytes', new TextEncoder().encode(MESSAGE), 'bad-format'],
  ])('refuses %s, and tells nothing more', (_what, frame, condition) => {
    expect(afterOpen(frame, MESSAGE, CLOSE).told).toEqual([condition]);
  });

  it.each([
    ['half an element', (text: string) => `<a xmlns="x">${text}`],
    ['two elements', (text: string) => `<a xmlns="x">${text}</a><a xmlns="x"/>`],
  ])('says of %s that it is not one element, however long it is', (_what, frame) => {
    expect(afterOpen(frame('x')).told).toEqual(['bad-format']);
    expect(afterOpen(frame('x'.repeat(100_000))).told).toEqual(['bad-format']);
  });

  it.each([
    ['<open xmlns="jabber:client"/>', 'jabber:client', 'open'],
    ['<open/>', '', 'open'],
    [MESSAGE, 'jabber:client', 'message'],
  ])('leaves it to the stream to refuse the header %s', (frame, namespace, name) => {
    const { parser: made, told, headers } = parser();
    made.write(frame);
    expect(told).toEqual(['header']);
    expect(headers[0]).toMatchObject({ name, namespace });
  });

  it('takes a stream error in place of a header', () => {
    const { parser: made, told } = parser();
    made.write(
      "<error xmlns='http://etherx.jabber.org/streams'><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>",
    );
    expect(told).toEqual(['error']);
  });

  it('takes <close/> in place of a header (RFC 7395 §3.4)', () => {
    const { parser: made, told } = parser();
    made.write(CLOSE);
    expect(told).toEqual(['end']);
  });

  it('counts bytes, not characters, against the limit, and takes other limits from the next frame on', () => {
    const { parser: made, told, errors } = parser({ ...DEFAULT_LIMITS, maxStanzaBytes: 100 });
    const frame = (bytes: number) => `<a xmlns="x">${'ü'.repeat((bytes - 17) / 2)}</a>`;
    made.write(frame(99));
    made.setLimits({ ...DEFAULT_LIMITS, maxStanzaBytes: 201 });
    made.write(frame(201));
    made.write(frame(203));
    expect(told).toEqual(['header', 'a', 'policy-violation']);
    expect(errors[0]?.limit).toBe('maxStanzaBytes');
  });

  it('tells whether something came after stop(), and is never in the middle of a stanza', () => {
    const { parser: made, told } = afterOpen(MESSAGE);
    expect([made.idle, made.leftover]).toEqual([true, false]);
    made.stop();
    expect(made.leftover).toBe(false);
    made.write(MESSAGE);
    expect([made.idle, made.leftover, told]).toEqual([true, true, ['message']]);
  });

  it('is stopped by what it tells', () => {
    const { parser: made, told, elements } = parser();
    made.write(OPEN);
    const before = elements.push;
    elements.push = (...items) => {
      made.stop();
      return before.apply(elements, items);
    };
    made.write(MESSAGE);
    made.write(MESSAGE);
    expect([told, made.leftover]).toEqual([['header', 'message'], true]);
  });
});

describe('the corpus of bad input', () => {
  const read = (name: string): string =>
    readFileSync(new URL(`../../../test/badxml/${name}.xml`, import.meta.url), 'utf8');

  const index: Record<string, { context?: string; expect: string }> = JSON.parse(
    readFileSync(new URL('../../../test/badxml/index.json', import.meta.url), 'utf8'),
  );
  const outcomes = Object.entries(index)
    .filter(([, { context }]) => context === 'websocket')
    .map(([file, entry]) => [file.replace('.xml', ''), entry.expect] as const);

  it('has six files for WebSockets', () => {
    expect(outcomes.length).toBe(6);
  });

  it.each(outcomes)('%s comes to %s, as the index says', (name, outcome) => {
    const { told, elements } = afterOpen(read(name), MESSAGE);
    const [redirect] = elements[0]?.elements() ?? [];
    const condition = told[0] === 'error' ? `conn-error:${redirect?.name}` : `stream-error:${told[0]}`;
    expect([condition, told.length]).toEqual([outcome, 1]);
  });

  it('159-ws-stream-tag is refused in place of a header, complete or not', () => {
    const tag = read('159-ws-stream-tag');
    for (const frame of [tag, `${tag}</stream:stream>`]) {
      const { parser: made, told } = parser();
      made.write(frame);
      expect(told).toEqual(['bad-format']);
    }
  });

  it('164-ws-close-redirect-plain is a redirect like any other', () => {
    const { told, elements } = afterOpen(read('164-ws-close-redirect-plain'), MESSAGE);
    expect(told).toEqual(['error']);
    expect(elements[0]?.child('see-other-host', 'urn:ietf:params:xml:ns:xmpp-streams')?.text).toBe(
      'ws://evil.example/x',
    );
  });
});

describe('the framing', () => {
  const header = { to: 'example.org', contentNamespace: 'jabber:client', version: '1.0' };

  it('opens with a document of its own', () => {
    expect(webSocketFraming.open({ ...header, from: "o'neill@example.org", lang: 'en' })).toBe(
      "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' from='o&apos;neill@example.org' version='1.0' xml:lang='en'/>",
    );
  });

  it('says nothing of what there is not', () => {
    expect(webSocketFraming.open(header)).toBe(
      "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0'/>",
    );
  });

  it('closes with <close/>', () => {
    expect(webSocketFraming.close()).toBe(CLOSE);
  });
});
