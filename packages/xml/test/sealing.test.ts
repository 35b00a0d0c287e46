import { describe, expect, it } from 'vitest';
import { NS_CLIENT, Origin, ReadOnlyError, XmlElement, type XmlNode } from '../src/index.js';
import { bytesOf, HEADER, Recorder } from './harness.js';

function received(text: string): XmlElement {
  const [element] = new Recorder().write(bytesOf(HEADER), bytesOf(text)).elements;
  if (!element) throw new Error('not read');
  return element;
}

const TEXT = "<message id='1' to='a@b'><body>hi</body><x xmlns='urn:x' a='1'>t<y/></x><empty/></message>";

describe('a sealed element', () => {
  const WRITES: [string, (element: XmlElement) => unknown][] = [
    ['setAttribute()', (element) => element.setAttribute('id', '2')],
    ['setAttribute() of a new one', (element) => element.setAttribute('new', '2')],
    ['setAttribute() of undefined', (element) => element.setAttribute('id', undefined)],
    ['append()', (element) => element.append('x')],
    ['append() of nothing', (element) => element.append()],
    ['adoptText()', (element) => element.adoptText('x')],
    ['insert()', (element) => element.insert(0, 'x')],
    ['remove()', (element) => element.remove('x')],
    ['clear()', (element) => element.clear()],
    [
      'text',
      (element) => {
        element.text = 'x';
      },
    ],
    [
      'another origin',
      (element) => {
        element.origin = new Origin();
      },
    ],
    [
      'no origin',
      (element) => {
        element.origin = undefined;
      },
    ],
    [
      'the stream of its origin',
      ({ origin }) => {
        if (origin) origin.stream = {};
      },
    ],
    ['the addresses of its origin', ({ origin }) => origin?.setAddresses({ full: 'x' }, undefined)],
  ];

  it.each(WRITES)('throws a ReadOnlyError for %s, at every depth', (_, write) => {
    const element = received(TEXT);
    const x = element.child('x', 'urn:x') as XmlElement;
    element.origin?.seal();
    for (const each of [element, x, x.firstElement as XmlElement, element.child('empty') as XmlElement]) {
      expect(() => write(each)).toThrow(ReadOnlyError);
    }
    expect(element.toString()).toBe(received(TEXT).toString());
  });

  it('cannot be changed through the lists that it hands out, whenever they were', () => {
    const element = received(TEXT);
    const before = [element.children, (element.child('empty') as XmlElement).children] as XmlNode[][];
    element.origin?.seal();
    const after = [element.children, (element.child('empty') as XmlElement).children] as XmlNode[][];
    for (const list of [...before, ...after]) {
      expect(() => list.push('x')).toThrow(TypeError);
      expect(() => list.splice(0, 1)).toThrow(TypeError);
      expect(() => {
        list[0] = 'x';
      }).toThrow(TypeError);
    }
    element.attributes().push(['id', '2']);
    element.attributes()[0]![1] = '2';
    element.childrenNamed('body').pop();
    expect(element.toString()).toBe(received(TEXT).toString());
  });

  it('cannot be opened again', () => {
    const element = received(TEXT);
    const { origin } = element;
    origin?.seal();
    expect(() => Object.assign(origin as Origin, { sealed: false })).toThrow(TypeError);
    expect(() => Object.assign(element, { name: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(element, { namespace: 'x' })).toThrow(TypeError);
    expect([element.readOnly, element.name, element.namespace]).toEqual([true, 'message', NS_CLIENT]);
  });

  it('takes the stream and the origin that it has already', () => {
    const element = received(TEXT);
    const stream = {};
    if (element.origin) element.origin.stream = stream;
    element.origin?.seal();
    if (element.origin) element.origin.stream = stream;
    element.origin = element.origin as Origin;
    expect(element.origin?.stream).toBe(stream);
  });
});

describe('the list of children', () => {
  it('stays as it is when the element is written to', () => {
    const element = new XmlElement('a', '').append('1', new XmlElement('b', ''));
    const list = element.children;
    element.append('2').insert(0, '0').remove('1');
    element.child('b')?.append('inside');
    expect(list.map(String)).toEqual(['1', '<b>inside</b>']);
    expect(element.children.map(String)).toEqual(['0', '<b>inside</b>', '2']);
    const before = element.children;
    expect(element.children).toBe(before);
    element.text = 'x';
    expect([before.length, element.children]).toEqual([3, ['x']]);
  });

  it('may be walked while its elements are taken out', () => {
    const element = new XmlElement('a', '').append('1', '2', '3');
    for (const node of element.children) element.remove(node);
    expect(element.nodeCount).toBe(0);
  });

  it('of an empty element is no other element’s', () => {
    const empty = new XmlElement('a', '');
    expect(() => (empty.children as XmlNode[]).push('x')).toThrow(TypeError);
    empty.append('mine');
    expect([new XmlElement('b', '').children, new XmlElement('b', '').text]).toEqual([[], '']);
  });
});
