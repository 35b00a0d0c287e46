// Checked by `tsc -p tsconfig.test.json`, never run: a line that should not compile and does is an error there.
import {
  anyChild,
  attr,
  child,
  children,
  childText,
  childTexts,
  choice,
  dateTime,
  type ElementClass,
  type ElementList,
  type ElementView,
  element,
  flag,
  int,
  JID,
  jid,
  type LangMap,
  langMap,
  nameOf,
  oneOf,
  ownText,
  XmlElement,
} from '@sestina/core';

class Part extends element('part', 'urn:example', { name: attr('name') }) {}

class Other extends element('other', 'urn:example', { size: attr('size', int()) }) {}

class Thing extends element('thing', 'urn:example', {
  id: attr('id').required(),
  count: attr('count', int()).default(0),
  kind: attr('kind', oneOf('a', 'b')),
  strict: attr('strict', oneOf('a', 'b')).lenient().required(),
  when: childText('when', dateTime, { namespace: 'urn:other' }),
  who: attr('who', jid),
  on: flag('on'),
  values: childTexts('value'),
  part: child(Part),
  parts: children(Part),
  // A class that leads back to itself says what it is.
  things: children((): ElementClass<Thing> => Thing),
  own: ownText(int()),
  either: choice(Part, (): ElementClass<Other> => Other),
  any: anyChild(),
  state: nameOf(['active', 'gone'], 'urn:states').lenient(),
  names: langMap('name'),
}) {
  get first(): Part | undefined {
    return this.parts.at(0);
  }
}

export function types(thing: Thing): unknown[] {
  const id: string = thing.id;
  const count: number = thing.count;
  const kind: 'a' | 'b' | undefined = thing.kind;
  const strict: 'a' | 'b' = thing.strict;
  const when: Date | undefined = thing.when;
  const who: JID | undefined = thing.who;
  const on: boolean = thing.on;
  const values: readonly string[] = thing.values;
  const part: Part | undefined = thing.part;
  const parts: ElementList<Part> = thing.parts;
  const deep: Part | undefined = thing.things.at(0)?.things.at(0)?.first;
  const own: number | undefined = thing.own;
  const either: Part | Other | undefined = thing.either;
  const size: number | undefined = either instanceof Other ? either.size : undefined;
  const any: ElementView | undefined = thing.any;
  const state: 'active' | 'gone' | undefined = thing.state;
  const names: LangMap = thing.names;
  thing.either = new Part();
  thing.either = undefined;
  thing.any = new Part();
  thing.names = names;
  thing.set({ who: 'a@b', parts: [new Part()], names: { en: 'x' }, either: new Other() });

  new Thing(new XmlElement('thing', 'urn:example'));
  new Thing({ id: '1', strict: 'a' });
  new Thing({ id: '1', strict: 'a', who: 'a@b', values: new Set(['x']), parts: [new Part()], kind: undefined });
  new Thing({ id: '1', strict: 'a', who: JID.parse('a@b') });
  new Thing({ id: '1', strict: 'a', names: [['en', 'x']], either: new Other(), state: 'gone' });
  new Part();
  thing.kind = undefined;
  thing.values = ['x'];

  // @ts-expect-error what is required is missing
  new Thing();
  // @ts-expect-error what is required is missing
  new Thing({ strict: 'a' });
  // @ts-expect-error what is required cannot be undefined
  new Thing({ id: undefined, strict: 'a' });
  // @ts-expect-error not among the words
  new Thing({ id: '1', strict: 'c' });
  // @ts-expect-error another type
  new Thing({ id: 1, strict: 'a' });
  // @ts-expect-error no such field
  new Thing({ id: '1', strict: 'a', colour: 'red' });
  // @ts-expect-error a text is no list of texts
  new Thing({ id: '1', strict: 'a', values: 'x' });
  // @ts-expect-error another class
  new Thing({ id: '1', strict: 'a', part: new Thing({ id: '2', strict: 'a' }) });
  // @ts-expect-error never undefined
  thing.id = undefined;
  // @ts-expect-error not among the words
  thing.kind = 'c';
  // @ts-expect-error a property is an address; only new and the like take text
  thing.who = 'a@b';
  // @ts-expect-error another class
  thing.either = thing;
  // @ts-expect-error not among the words
  thing.state = 'composing';
  // @ts-expect-error set() and new take more than a property does
  thing.names = { en: 'x' };
  // @ts-expect-error the list is written to, not the property
  thing.parts = parts;
  // @ts-expect-error no such property
  thing.colour;

  return [size, any, state, id, count, kind, strict, when, who, on, values, part, parts, deep, own];
}
