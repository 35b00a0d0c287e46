import { JID, XmlElement } from '@sestina/core';
import { expectXml, formatXml, parseXml, sameXml, XmlDifferenceError, XmlTextError, xml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';

describe('sameXml', () => {
  it('does not look at the order of attributes, prefixes, quotes and white space between elements', () => {
    const a = `<message to='a' type='chat'><x xmlns='urn:x'><y/></x></message>`;
    const b = `<message type="chat" to="a">
      <p:x xmlns:p="urn:x">
        <p:y></p:y>
      </p:x>
    </message>`;
    expect(sameXml(a, b)).toBeUndefined();
  });

  it.each([
    ['<a/>', '<b/>', '/a: element <a> against <b>'],
    ["<a xmlns='urn:1'/>", "<a xmlns='urn:2'/>", "/a: namespace 'urn:1' against 'urn:2'"],
    ["<a x='1'/>", '<a/>', "/a@x: '1' against none"],
    ['<a><b>1</b></a>', '<a><b>2</b></a>', "/a/b: text '1' against text '2'"],
    ['<a><b/></a>', '<a/>', "/a: <b xmlns='jabber:client'> against nothing"],
    ['<a><b>1</b><b>2</b></a>', '<a><b>1</b><b>3</b></a>', "/a/b[2]: text '2' against text '3'"],
    ['<a> x</a>', '<a>x</a>', "/a: text ' x' against text 'x'"],
    ['<a><b/><c/></a>', '<a><c/><b/></a>', '/a/b: element <b> against <c>'],
  ])('tells how %s and %s differ', (a, b, difference) => {
    expect(sameXml(a, b)).toBe(difference);
  });

  it('counts white space that is the whole content', () => {
    expect(sameXml('<a> </a>', '<a/>')).toBe("/a: text ' ' against nothing");
  });

  it('leaves out what it is told to, at any depth', () => {
    const ignoreAttributes = ['id'];
    expect(sameXml("<a id='1'><b id='2'/></a>", '<a><b/></a>', { ignoreAttributes })).toBeUndefined();
  });

  it('finds children in any order where that does not matter, but not twice the same one', () => {
    const anyOrder = true;
    expect(sameXml('<a><b/><c>1</c><c>2</c></a>', '<a><c>2</c><c>1</c><b/></a>', { anyOrder })).toBeUndefined();
    expect(sameXml('<a><b/><b/></a>', '<a><b/><c/></a>', { anyOrder })).toContain('<b> against <c>');
  });
});

describe('xml', () => {
  it('escapes what is put in, in attributes and in text', () => {
    const nasty = `"'<&>\r\n\t]]>`;
    const element = xml`<message to='${nasty}'><body>${nasty}</body></message>`;
    expect([element.attribute('to'), element.child('body')?.text]).toEqual([nasty, nasty]);
  });

  it('takes elements, lists, addresses and numbers, and leaves nothing for undefined', () => {
    const items = ['a', 'b'].map((name) => xml`<item xmlns='urn:x' name='${name}'/>`);
    const element = xml`<iq to='${JID.parse('a@b')}' n='${3}'><query xmlns='urn:x'>${items}${undefined}</query></iq>`;
    expectXml(element, "<iq to='a@b' n='3'><query xmlns='urn:x'><item name='a'/><item name='b'/></query></iq>");
  });

  it('gives an element that can be written to', () => {
    expect(xml`<message/>`.setAttribute('to', 'x').attribute('to')).toBe('x');
  });

  it.each(['', 'text', '<a>', '<a/><b/>', '<a/>text', '<!-- x --><a/>'])(
    'refuses %j, which is not one element',
    (text) => {
      expect(() => parseXml(text)).toThrow(XmlTextError);
    },
  );

  it('knows the prefix of streams, and an XML declaration', () => {
    expect(parseXml("<?xml version='1.0'?><stream:error/>").namespace).toBe('http://etherx.jabber.org/streams');
  });
});

describe('expectXml', () => {
  it('shows both sides line by line where they differ', () => {
    const act = () => expectXml("<a><b>1</b><c x='1'/></a>", "<a><b>1</b><c x='2'/></a>");
    expect(act).toThrow(XmlDifferenceError);
    expect(act).toThrow(
      [
        "XML differs at /a/c@x: '1' against '2' (+ received, - expected)",
        "  <a xmlns='jabber:client'>",
        '    <b>1</b>',
        "-   <c x='2'/>",
        "+   <c x='1'/>",
        '  </a>',
      ].join('\n'),
    );
  });

  it('is silent where they say the same', () => {
    expectXml(new XmlElement('a', 'urn:x'), "<p:a xmlns:p='urn:x'/>");
  });
});

describe('formatXml', () => {
  it('makes the same text of what means the same', () => {
    const a = parseXml("<a y='2' x='1'> <b>t</b> </a>");
    expect(formatXml(a)).toBe(formatXml(parseXml("<a x='1' y='2'><b>t</b></a>")));
  });
});
