import { ReadOnlyError, XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { child } from '../../src/stanza/child-fields.js';
import { ElementView, element, isA, viewOf } from '../../src/stanza/element.js';
import { children } from '../../src/stanza/element-list.js';
import { attr, childText, flag } from '../../src/stanza/fields.js';
import { Message } from '../../src/stanza/message.js';
import { ErrorElement } from '../../src/stanza/stanza-error.js';
import { received, xml } from '../helpers/received.js';

const NS = 'urn:example:thing';

class Part extends element('part', NS, { name: attr('name') }) {}

class Thing extends element('thing', NS, {
  id: attr('id').required(),
  title: childText('title'),
  urgent: flag('urgent'),
  main: child(Part),
  parts: children(Part),
}) {
  get label(): string {
    return `${this.id}!`;
  }

  get shout(): string | undefined {
    return this.title?.toUpperCase();
  }

  set shout(value: string | undefined) {
    this.title = value?.toLowerCase();
  }
}

describe('a stanza class', () => {
  it('makes a fresh element from field values', () => {
    const thing = new Thing({ id: '1', title: 'A', urgent: true });
    expect(thing.toString()).toBe(`<thing xmlns='${NS}' id='1'><title>A</title><urgent/></thing>`);
  });

  it('makes a view over an element that exists', () => {
    const source = xml(`<thing xmlns='${NS}' id='1'/>`);
    const thing = new Thing(source);
    expect(thing.xml).toBe(source);
    expect(thing.id).toBe('1');
  });

  it('makes an empty element where nothing is required', () => {
    expect(new Part().toString()).toBe(`<part xmlns='${NS}'/>`);
  });

  it('leaves out what is given as undefined', () => {
    expect(new Thing({ id: '1', title: undefined }).toString()).toBe(`<thing xmlns='${NS}' id='1'/>`);
  });

  it('takes what a setter of the class itself takes', () => {
    expect(new Thing({ id: '1', shout: 'LOUD' } as never).title).toBe('loud');
  });

  it.each(['colour', 'toString', 'xml', 'copy', 'set', 'constructor', 'label'])(
    'refuses the unknown field "%s" in new',
    (name) => {
      expect(() => new Thing({ id: '1', [name]: 'x' } as never)).toThrow(
        `<thing xmlns="${NS}"> has no field "${name}" that can be written`,
      );
    },
  );

  it('refuses in new what a subclass has made read-only', () => {
    class Fixed extends Thing {
      override get id(): string {
        return 'fixed';
      }
    }
    expect(() => new Fixed({ id: '1' })).toThrow(TypeError);
  });

  it('refuses "__proto__" from parsed JSON, and keeps its prototype', () => {
    const init = JSON.parse('{ "id": "1", "__proto__": { "polluted": true } }') as { id: string };
    expect(() => new Thing(init)).toThrow(TypeError);
  });

  it('keeps its tag and namespace where a script can see them', () => {
    expect([Thing.tag, Thing.namespace]).toEqual(['thing', NS]);
    expect(isA(Thing, xml(`<thing xmlns='${NS}'/>`))).toBe(true);
    expect(isA(Thing, xml(`<thing xmlns='urn:example:other'/>`))).toBe(false);
    expect(isA(Thing, xml(`<part xmlns='${NS}'/>`))).toBe(false);
  });

  it.each(['copy', 'set', 'toString', 'xml', 'constructor'])('refuses to define a field called "%s"', (name) => {
    expect(() => element('x', NS, { [name]: attr('a') })).toThrow(`a field cannot be called "${name}"`);
  });

  it('lets a field of a base class be defined anew', () => {
    class Base extends element('base', NS, { value: attr('old') }) {}
    class Derived extends element('derived', NS, { value: attr('new') }, Base as never) {}
    expect(new Derived({ value: '1' }).toString()).toBe(`<derived xmlns='${NS}' new='1'/>`);
  });
});

describe('set()', () => {
  it('writes several fields, and removes those that are undefined', () => {
    const thing = new Thing({ id: '1', title: 'A' });
    expect(thing.set({ id: '2', title: undefined, urgent: true })).toBe(thing);
    expect(thing.toString()).toBe(`<thing xmlns='${NS}' id='2'><urgent/></thing>`);
  });

  it('refuses a name that is no field before it writes anything', () => {
    const thing = new Thing({ id: '1' });
    expect(() => thing.set({ id: '2', copy: 'x' } as never)).toThrow(TypeError);
    expect(thing.id).toBe('1');
    expect(thing.copy().id).toBe('1');
  });
});

describe('viewOf()', () => {
  it('gives the same object each time', () => {
    const source = xml(`<thing xmlns='${NS}' id='1'><part/></thing>`);
    const thing = viewOf(Thing, source);
    expect(viewOf(Thing, source)).toBe(thing);
    expect(thing.main).toBe(thing.main);
    expect(thing.parts.at(0)).toBe(thing.main);
  });

  it('gives the object that made the element', () => {
    const thing = new Thing({ id: '1' });
    expect(viewOf(Thing, thing.xml)).toBe(thing);
  });

  it('gives another object for another class', () => {
    class Other extends element('thing', NS, { key: attr('id') }) {}
    const source = xml(`<thing xmlns='${NS}' id='1'/>`);
    expect(viewOf(Thing, source)).toBeInstanceOf(Thing);
    expect(viewOf(Other, source)).toBeInstanceOf(Other);
    expect(viewOf(Other, source).key).toBe('1');
    expect(viewOf(Thing, source).id).toBe('1');
  });

  it('shares one truth between several views', () => {
    const source = xml(`<thing xmlns='${NS}' id='1'/>`);
    const [one, other] = [new Thing(source), new Thing(source)];
    one.id = '2';
    expect(other.id).toBe('2');
  });
});

describe('copy()', () => {
  it('is of the same class, deep, and apart', () => {
    const thing = new Thing({ id: '1', parts: [new Part({ name: 'a' })] });
    const copy = thing.copy();
    expect(copy).toBeInstanceOf(Thing);
    expect(viewOf(Thing, copy.xml)).toBe(copy);
    const part = copy.parts.at(0);
    if (part) part.name = 'b';
    copy.id = '2';
    expect([thing.id, thing.parts.at(0)?.name]).toEqual(['1', 'a']);
    expect([copy.id, copy.parts.at(0)?.name]).toEqual(['2', 'b']);
  });

  it('keeps what the class does not know', () => {
    const thing = new Thing(xml(`<thing xmlns='${NS}' id='1' a='b'><new xmlns='urn:new' x='y'><z/></new>text</thing>`));
    expect(thing.copy().toString()).toBe(thing.toString());
  });
});

describe('a received stanza', () => {
  const text = `<message xmlns='jabber:client' id='1'><body>Hi</body><thing xmlns='${NS}' id='2'><part name='a'/></thing></message>`;
  const thingOf = (message: Message): Thing => viewOf(Thing, message.xml.child('thing', NS) as XmlElement);
  const writes: [name: string, write: (message: Message) => unknown][] = [
    ['an attribute', (message) => message.set({ id: '2' })],
    ['a text', (message) => message.set({ body: 'x' })],
    ['nothing in place of a text', (message) => message.set({ body: undefined })],
    ['a language', (message) => message.bodies.set('cs', 'x')],
    ['a child', (message) => message.set({ error: new ErrorElement() })],
    ['a grandchild', (message) => thingOf(message).set({ id: '3' })],
    ['a list', (message) => thingOf(message).parts.add(new Part())],
    ['an empty list', (message) => thingOf(message).parts.clear()],
    ['the XML', (message) => message.xml.append('x')],
  ];

  it.each(writes)('refuses to have %s written', (_name, write) => {
    const message = received(Message, text);
    const before = message.toString();
    expect(() => write(message)).toThrow(ReadOnlyError);
    expect(() => write(message)).toThrow('copy()');
    expect(message.toString()).toBe(before);
  });

  it('has copies that may be written to', () => {
    const message = received(Message, text);
    const copy = message.copy();
    for (const [, write] of writes) write(copy);
    expect(copy.id).toBe('2');
    expect(message.id).toBe('1');
  });
});

describe('toString()', () => {
  it('is the XML of the element, escaped', () => {
    const thing = new Thing({ id: `<'"&>`, title: 'a < b & c' });
    const back = new Thing(xml(`${thing}`));
    expect([back.id, back.title]).toEqual([`<'"&>`, 'a < b & c']);
  });

  it('is there on a plain view too', () => {
    expect(`${new ElementView(new XmlElement('a', 'b'))}`).toBe("<a xmlns='b'/>");
  });
});
