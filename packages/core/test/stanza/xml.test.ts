import { XmlElement, XmlStreamError } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';
import { ElementView } from '../../src/stanza/element.js';
import { Iq } from '../../src/stanza/iq.js';
import { Message } from '../../src/stanza/message.js';
import { parseStanza } from '../../src/stanza/parse-stanza.js';
import { Presence } from '../../src/stanza/presence.js';
import { xml } from '../../src/stanza/xml.js';

describe('xml()', () => {
  it('makes a stanza, with what is inside in its namespace', () => {
    expect(
      xml('message', { to: 'a@b', type: 'chat' }, xml('body', {}, 'hi'), xml('x', { xmlns: 'urn:x' })).toString(),
    ).toBe("<message xmlns='jabber:client' to='a@b' type='chat'><body>hi</body><x xmlns='urn:x'/></message>");
  });

  it.each([
    [
      'at every depth',
      xml('a', { xmlns: 'urn:a' }, xml('b', {}, xml('c', {}, xml('d')))),
      "<a xmlns='urn:a'><b><c><d/></c></b></a>",
    ],
    [
      'up to an element that says its own',
      xml('a', { xmlns: 'urn:a' }, xml('b', { xmlns: 'urn:b' }, xml('c'))),
      "<a xmlns='urn:a'><b xmlns='urn:b'><c/></b></a>",
    ],
    [
      'also for the name of a stanza',
      xml('a', { xmlns: 'urn:a' }, xml('message', {}, xml('body'))),
      "<a xmlns='urn:a'><message><body/></message></a>",
    ],
    [
      'not for a stanza that says its own',
      xml('f', { xmlns: 'urn:f' }, xml('message', { xmlns: 'jabber:client' }, xml('body'))),
      "<f xmlns='urn:f'><message xmlns='jabber:client'><body/></message></f>",
    ],
    ['of nobody', xml('a', {}, xml('b')), '<a><b/></a>'],
    [
      'of nobody but the stanza',
      xml('iq', { type: 'get' }, xml('a', {}, xml('b'))),
      "<iq xmlns='jabber:client' type='get'><a><b/></a></iq>",
    ],
  ])('inherits a namespace: %s', (_, element, expected) => {
    expect(element.toString()).toBe(expected);
  });

  it('leaves what it is given as it was, and uses it as often as it is wanted', () => {
    const item = xml('item', { id: 1 });
    const [one, other] = [xml('a', { xmlns: 'urn:a' }, item), xml('b', { xmlns: 'urn:b' }, item)];
    expect([item.namespace, one.firstElement?.namespace, other.firstElement?.namespace]).toEqual([
      '',
      'urn:a',
      'urn:b',
    ]);
  });

  it('does not move what was made otherwise', () => {
    const none = new XmlElement('x', '');
    expect(xml('message', {}, none).firstElement).toBe(none);
    const view = new Message({ body: 'x' });
    expect(xml('f', { xmlns: 'urn:f' }, view).firstElement).toBe(view.xml);
  });

  it('writes numbers, words and addresses, and leaves out what is not there', () => {
    const element = xml(
      'presence',
      { to: JID.parse('A@b'), id: undefined, type: null, 'xml:lang': 'en', x: 5, y: false },
      undefined,
      null,
      false,
      '',
      xml('priority', {}, 0),
    );
    expect(element.toString()).toBe(
      "<presence xmlns='jabber:client' to='a@b' xml:lang='en' x='5' y='false'><priority>0</priority></presence>",
    );
  });

  it('refuses what is no content, and a text for attributes', () => {
    expect(() => xml('a', {}, {} as never)).toThrow(/elements and text/);
    expect(() => xml('a', {}, true as never)).toThrow(TypeError);
    expect(() => xml('a', 'urn:a' as never)).toThrow("{ xmlns: 'urn:example' }");
  });
});

describe('parseStanza()', () => {
  it.each([
    ["<message to='a@b'><body>hi</body></message>", Message],
    ['<presence><show>away</show></presence>', Presence],
    ["<iq type='get' id='1'><query xmlns='urn:q'/></iq>", Iq],
    ["<message xmlns='jabber:client'/>", Message],
    ["<message xmlns='jabber:server'/>", ElementView],
    ["<active xmlns='urn:xmpp:csi:0'/>", ElementView],
    ["<p:iq xmlns:p='jabber:client' type='get'/>", Iq],
  ])('reads %s', (text, cls) => {
    const stanza = parseStanza(text);
    expect(stanza.constructor).toBe(cls);
    expect(stanza.xml.readOnly).toBe(false);
  });

  it('implies jabber:client for what is inside too', () => {
    const stanza = parseStanza('<message><body>&#104;i</body></message>');
    if (!(stanza instanceof Message)) throw new Error('no message');
    stanza.body += '!';
    expect(stanza.toString()).toBe("<message xmlns='jabber:client'><body>hi!</body></message>");
  });

  it.each(['', 'text', '<message>', '<a/><b/>', '<message><!-- --></message>'])('refuses %j', (text) => {
    expect(() => parseStanza(text)).toThrow(XmlStreamError);
  });
});
