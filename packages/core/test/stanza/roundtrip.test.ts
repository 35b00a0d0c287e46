import { parseDocument } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';
import { child } from '../../src/stanza/child-fields.js';
import { base64, bool, int, jid, oneOf, text } from '../../src/stanza/codec.js';
import { type ElementClass, type ElementView, element } from '../../src/stanza/element.js';
import { children } from '../../src/stanza/element-list.js';
import { attr, childText, childTexts, flag, ownText } from '../../src/stanza/fields.js';
import { LangMap, langMap, langText } from '../../src/stanza/lang.js';
import { dateTime } from '../../src/stanza/time-codecs.js';
import { Seeded } from '../helpers/seeded.js';

const NS = 'urn:example:every';
const OTHER = 'urn:example:other';
const WORDS = ['one', 'two words', 'čtyři', 'constructor', '__proto__'] as const;

class Leaf extends element('leaf', NS, { name: attr('name'), value: ownText() }) {}

/** A field of every kind. */
class Every extends element('every', NS, {
  aText: attr('a-text'),
  aInt: attr('a-int', int()),
  aBounded: attr('a-bounded', int(-128, 127)),
  aBool: attr('a-bool', bool),
  aWord: attr('a-word', oneOf(...WORDS)),
  aWhen: attr('a-when', dateTime),
  aBytes: attr('a-bytes', base64),
  aJid: attr('a-jid', jid),
  aLang: attr('xml:lang'),
  aForeign: attr(`{${OTHER}}a`),
  aDefault: attr('a-default', int()).default(7),
  aLenient: attr('a-lenient', int()).lenient(),
  aMust: attr('a-must', text).required(),
  cText: childText('c-text'),
  cWhen: childText('c-when', dateTime),
  cBytes: childText('c-bytes', base64),
  cForeign: childText('c-text', { namespace: OTHER }),
  cForeignInt: childText('c-int', int(), { namespace: OTHER }),
  values: childTexts('value'),
  on: flag('on'),
  foreignOn: flag('on', OTHER),
  own: ownText(),
  body: langText('body'),
  subjects: langMap('subject'),
  leaf: child(Leaf),
  every: child((): ElementClass<Every> => Every),
  everies: children((): ElementClass<EveryChild> => EveryChild),
}) {}

class EveryChild extends element('every-child', OTHER, { leaf: child(Leaf), leaves: children(Leaf) }) {}

type Values = Record<string, unknown>;

const FIELDS: Record<string, readonly string[]> = {
  every: Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(Every.prototype))),
  'every-child': ['leaf', 'leaves'],
  leaf: ['name', 'value'],
};

/** Every field as plain data, however deep. */
function valuesOf(view: ElementView): Values {
  const values: Values = {};
  for (const name of FIELDS[view.xml.name] ?? []) {
    if (name !== 'constructor') values[name] = plain((view as unknown as Values)[name]);
  }
  return values;
}

function plain(value: unknown): unknown {
  if (value instanceof JID) return value.full;
  if (value instanceof Leaf || value instanceof Every || value instanceof EveryChild) return valuesOf(value);
  if (value instanceof LangMap) return [...value];
  if (typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) return value;
  return [...(value as Iterable<unknown>)].map(plain);
}

// What XML can hold: markup, quotes, white space of every kind, characters of one to four bytes.
const CHARACTERS = [...'ab &<>\'"]]>\t\n\r;#=/', 'é', '€', '😀', '\u{10fffd}', '\u00a0', '\u2028', '\ufffd', '\u202e'];

class Maker {
  constructor(readonly random: Seeded) {}

  text(): string {
    return this.random.list(() => this.random.pick(CHARACTERS), 12).join('');
  }

  filled(): string {
    return `${this.random.pick(CHARACTERS)}${this.text()}`;
  }

  int(): number {
    const { random } = this;
    return random.pick([0, 1, -1, random.int(-1000, 1000), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);
  }

  when(): Date {
    const { random } = this;
    return new Date(random.pick([0, random.int(-1e12, 3e12), random.int(-62_167_219_200_000, 253_402_300_799_999)]));
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.random.list(() => this.random.int(0, 255), 20));
  }

  jid(): string {
    return this.random.pick(['example.com', 'a@example.com', 'juliet@example.com/Balcony é', 'a@b/x & y']);
  }

  leaf(): Leaf {
    return new Leaf({ name: this.random.maybe(() => this.text()), value: this.random.maybe(() => this.filled()) });
  }

  init(depth: number): Values {
    const { random } = this;
    const all: Record<string, () => unknown> = {
      aText: () => this.text(),
      aInt: () => this.int(),
      aBounded: () => random.int(-128, 127),
      aBool: () => random.chance(),
      aWord: () => random.pick(WORDS),
      aWhen: () => this.when(),
      aBytes: () => this.bytes(),
      aJid: () => this.jid(),
      aLang: () => random.pick(['en', 'cs', 'pt-BR']),
      aForeign: () => this.text(),
      aDefault: () => this.int(),
      aLenient: () => this.int(),
      cText: () => this.text(),
      cWhen: () => this.when(),
      cBytes: () => this.bytes(),
      cForeign: () => this.text(),
      cForeignInt: () => this.int(),
      values: () => random.list(() => this.text()),
      on: () => random.chance(),
      foreignOn: () => random.chance(),
      own: () => this.filled(),
      body: () => this.text(),
      subjects: () => random.list(() => [random.pick(['en', 'cs', 'de']), this.text()]),
      leaf: () => this.leaf(),
      every: () => (depth > 0 ? this.every(depth - 1) : undefined),
      everies: () => random.list(() => new EveryChild({ leaf: this.leaf(), leaves: random.list(() => this.leaf()) })),
    };
    const init: Values = { aMust: this.text() };
    // In any order: where a child is written must not decide what is read.
    for (const name of Object.keys(all).sort(() => random.fraction() - 0.5))
      init[name] = random.maybe(all[name] as () => unknown);
    return init;
  }

  every(depth = 2): Every {
    return new Every(this.init(depth) as never);
  }
}

describe('a class with a field of every kind', () => {
  const random = new Seeded();
  const maker = new Maker(random);
  const names = FIELDS['every'] ?? [];

  it('knows all its fields', () => {
    expect(names).toContain('aText');
    expect(names).toHaveLength(28);
  });

  it(`reads what was written, here and after the wire (SEED=${random.seed})`, () => {
    for (let round = 0; round < 400; round++) {
      const init = maker.init(2);
      const view = new Every(init as never);
      for (const [name, value] of Object.entries(init)) {
        if (value === undefined || name === 'subjects') continue;
        const expected = value instanceof JID ? value.full : plain(value);
        expect(plain((view as unknown as Values)[name]), `${name}, round ${round}`).toEqual(expected);
      }
      const here = valuesOf(view);
      const back = new Every(parseDocument(view.toString()));
      expect(valuesOf(back), `round ${round}`).toEqual(here);
      expect(valuesOf(view.copy()), `round ${round}`).toEqual(here);
    }
  });

  it(`reads what was written over something else (SEED=${random.seed})`, () => {
    for (let round = 0; round < 400; round++) {
      const view = maker.every();
      const init = maker.init(1);
      const before = valuesOf(view);
      view.set(init as never);
      const now = valuesOf(new Every(parseDocument(view.toString())));
      for (const name of names) {
        // The language of the element decides what text without one is in.
        if (name === 'constructor' || name === 'body' || name === 'subjects') continue;
        const absent = name === 'aDefault' ? 7 : ['on', 'foreignOn'].includes(name) ? false : undefined;
        const expected = !(name in init) ? before[name] : init[name] === undefined ? absent : plain(init[name]);
        const empty = ['values', 'everies'].includes(name) ? [] : expected;
        expect(now[name], `${name}, round ${round}`).toEqual(expected ?? empty);
      }
    }
  });
});
