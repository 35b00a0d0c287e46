import { describe, expect, it } from 'vitest';
import { NS_CLIENT, Origin, ReadOnlyError, XmlElement } from '../src/index.js';

const message = () =>
  new XmlElement('message', NS_CLIENT, { to: 'romeo@example.net', id: undefined, 'xml:lang': 'en' }).append(
    new XmlElement('body', NS_CLIENT).append('Wherefore ', 'art thou?'),
    new XmlElement('active', 'urn:example:state'),
    new XmlElement('body', NS_CLIENT, { 'xml:lang': 'cs' }),
  );

describe('XmlElement', () => {
  it('leaves out attributes that are undefined', () => {
    expect(message().attributes()).toEqual([
      ['to', 'romeo@example.net'],
      ['xml:lang', 'en'],
    ]);
    expect(message().lang).toBe('en');
  });

  it('sets, replaces and removes attributes in place', () => {
    const element = new XmlElement('x', '');
    element.setAttribute('a', '1').setAttribute('b', '2').setAttribute('a', '3').setAttribute('c', undefined);
    expect(element.attributes()).toEqual([
      ['a', '3'],
      ['b', '2'],
    ]);
    element.setAttribute('a', undefined);
    expect(element.attribute('a')).toBeUndefined();
    expect(element.attribute('b')).toBe('2');
  });

  it('does not share its attributes or children with any other element', () => {
    const a = new XmlElement('a', '');
    const b = new XmlElement('b', '');
    a.setAttribute('x', '1').append('text');
    a.copy().setAttribute('y', '2');
    new XmlElement('c', '').copy().setAttribute('z', '3').append('more');
    expect(b.attributes()).toEqual([]);
    expect(b.children).toEqual([]);
    expect(new XmlElement('d', '').attributes()).toEqual([]);
    expect(a.attributes()).toEqual([['x', '1']]);
  });

  it('finds children by name and namespace, its own namespace unless told', () => {
    const element = message();
    expect(element.child('body')?.text).toBe('Wherefore art thou?');
    expect(element.child('active')).toBeUndefined();
    expect(element.child('active', 'urn:example:state')).toBe([...element.elements()][1]);
    expect(element.childrenNamed('body')).toHaveLength(2);
    expect(element.firstElement?.name).toBe('body');
  });

  it('reads and replaces text', () => {
    const element = message();
    expect(element.text).toBe('');
    element.text = 'a';
    expect(element.children).toEqual(['a']);
    element.text = '';
    expect(element.children).toEqual([]);
  });

  it('inserts and removes nodes by position and identity', () => {
    const element = message();
    const first = new XmlElement('first', NS_CLIENT);
    element.insert(0, first);
    expect(element.firstElement).toBe(first);
    expect(element.remove(first)).toBe(true);
    expect(element.remove(first)).toBe(false);
    expect(element.clear().children).toEqual([]);
  });

  it('joins text that a parser adds in pieces', () => {
    const element = new XmlElement('body', NS_CLIENT);
    element.adoptText('a');
    element.adoptText('b');
    element.append(new XmlElement('x', ''));
    element.adoptText('c');
    expect(element.children.map(String)).toEqual(['ab', '<x/>', 'c']);
  });

  it('cannot be written to once its origin is sealed, anywhere inside', () => {
    const origin = new Origin();
    const child = XmlElement.adopt('body', NS_CLIENT, undefined, origin);
    const element = XmlElement.adopt('message', NS_CLIENT, ['id', '1'], origin);
    element.append(child);
    origin.seal();
    const writes: (() => unknown)[] = [
      () => element.setAttribute('id', '2'),
      () => element.append('x'),
      () => element.insert(0, 'x'),
      () => element.remove(child),
      () => element.clear(),
      () => {
        child.text = 'x';
      },
    ];
    for (const write of writes) expect(write).toThrow(ReadOnlyError);
    expect(element.readOnly).toBe(true);
    expect(String(element)).toBe("<message xmlns='jabber:client' id='1'><body/></message>");
  });

  it('is copied deeply into something that may be written to', () => {
    const element = XmlElement.adopt('message', NS_CLIENT, ['id', '1'], new Origin());
    element.append(XmlElement.adopt('body', NS_CLIENT, undefined, element.origin));
    element.origin?.seal();
    const copy = element.copy();
    copy.setAttribute('id', '2');
    const body = copy.child('body') as XmlElement;
    body.text = 'changed';
    expect(copy.readOnly).toBe(false);
    expect(copy.origin).toBeUndefined();
    expect(element.attribute('id')).toBe('1');
    expect(element.child('body')?.text).toBe('');
  });

  it('takes names of Object.prototype for names', () => {
    const element = new XmlElement('__proto__', '', { constructor: 'a' });
    element.setAttribute('__proto__', 'b');
    expect(element.attribute('constructor')).toBe('a');
    expect(element.attribute('__proto__')).toBe('b');
    expect(element.attribute('toString')).toBeUndefined();
    expect(element.child('hasOwnProperty')).toBeUndefined();
  });
});
