import { describe, expect, it } from 'vitest';
import { SestinaError } from '../../src/errors.js';
import { JID } from '../../src/jid/index.js';
import { int, jid, oneOf } from '../../src/stanza/codec.js';
import { element } from '../../src/stanza/element.js';
import { attr, childText, childTexts, flag, ownText } from '../../src/stanza/fields.js';
import { Message } from '../../src/stanza/message.js';
import { StanzaValueError } from '../../src/stanza/value-error.js';
import { xml } from '../helpers/received.js';

const NS = 'urn:example:fields';
const OTHER = 'urn:example:other';

/** What a read throws. */
function thrown(read: () => unknown): StanzaValueError {
  try {
    read();
  } catch (error) {
    if (error instanceof StanzaValueError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

class Sample extends element('sample', NS, {
  name: attr('name'),
  count: attr('count', int(0, 9)),
  lenient: attr('lenient', int()).lenient(),
  level: attr('level', int()).default(3),
  mood: attr('mood', oneOf('good', 'bad')).lenient().default('good'),
  must: attr('must', int()).required(),
  strictMust: attr('strict', int()).required().lenient(),
  lang: attr('xml:lang'),
  foreign: attr(`{${OTHER}}key`),
  who: attr('who', jid),
  text: childText('text'),
  number: childText('number', int()),
  far: childText('far', { namespace: OTHER }),
  farNumber: childText('farNumber', int(), { namespace: OTHER }),
  values: childTexts('value'),
  on: flag('on'),
  farOn: flag('farOn', OTHER),
}) {}

const sample = (content = '', attributes = ''): Sample =>
  new Sample(xml(`<sample xmlns='${NS}' ${attributes}>${content}</sample>`));

describe('attr()', () => {
  it('reads undefined where it is missing, and the empty text where it is empty', () => {
    expect(sample().name).toBeUndefined();
    expect(sample('', "name=''").name).toBe('');
  });

  it('removes it for undefined', () => {
    const view = sample('', "name='a' x='y'");
    view.name = undefined;
    expect(view.toString()).toBe(`<sample xmlns='${NS}' x='y'/>`);
  });

  it('names xml:lang and foreign attributes', () => {
    const view = sample('', `xml:lang='cs' xmlns:o='${OTHER}' o:key='k' key='wrong'`);
    expect([view.lang, view.foreign]).toEqual(['cs', 'k']);
    const fresh = new Sample({ must: 1, strictMust: 1, lang: 'de', foreign: 'v' });
    const back = new Sample(xml(fresh.toString()));
    expect([back.lang, back.foreign]).toEqual(['de', 'v']);
  });

  it('takes an address as text in new, and reads it as an address', () => {
    const view = new Sample({ must: 1, strictMust: 1, who: 'Romeo@Example.com' });
    expect(view.who).toEqual(JID.parse('romeo@example.com'));
  });
});

describe('what cannot be decoded', () => {
  it('throws on that access only', () => {
    const view = sample('<text>fine</text>', "count='many' must='1'");
    expect(() => view.count).toThrow(StanzaValueError);
    expect([view.text, view.must, view.toString().includes("count='many'")]).toEqual(['fine', 1, true]);
  });

  it('says where, what was there and what was expected', () => {
    const view = sample('', "count='10'");
    const error = thrown(() => view.count);
    expect(error).toBeInstanceOf(SestinaError);
    expect(error).toMatchObject({
      name: 'StanzaValueError',
      code: 'ERR_STANZA_VALUE',
      retryable: false,
      where: '@count',
      raw: '10',
      expects: 'an integer from 0 to 9',
    });
    expect(error.xml).toBe(view.xml);
    expect(error.message).toBe(`<sample xmlns="${NS}"> @count: expected an integer from 0 to 9, got "10"`);
  });

  it('names child elements too', () => {
    expect(thrown(() => sample('<number>x</number>').number)).toMatchObject({ where: '<number/>', raw: 'x' });
  });

  it('shows the beginning of a long text, without breaking a character in two', () => {
    const raw = `${'x'.repeat(99)}😀${'y'.repeat(100)}`;
    const error = thrown(() => sample(`<number>${raw}</number>`).number);
    expect(error.raw).toBe(raw);
    expect(error.message.length).toBeLessThan(250);
    // Throws for half a character.
    expect(() => encodeURIComponent(error.message)).not.toThrow();
  });

  it('can be written over', () => {
    const view = sample('', "count='many'");
    view.count = 4;
    expect(view.count).toBe(4);
  });
});

describe('required()', () => {
  it('throws where it is missing', () => {
    const error = thrown(() => sample().must);
    expect(error).toMatchObject({ where: '@must', raw: undefined, expects: 'an integer' });
    expect(error.message).toContain('got nothing');
  });

  it('throws with the text where it is lenient as well: there is nothing to fall back to', () => {
    expect(thrown(() => sample('', "strict='x'").strictMust)).toMatchObject({ where: '@strict', raw: 'x' });
  });

  it('does not keep other fields from being read', () => {
    expect(sample('', "name='a'").name).toBe('a');
  });
});

describe('default()', () => {
  it('stands in for what is missing, and is not written', () => {
    const view = sample();
    expect(view.level).toBe(3);
    expect(view.toString()).not.toContain('level');
  });

  it('does not stand in for what cannot be decoded', () => {
    expect(() => sample('', "level='x'").level).toThrow(StanzaValueError);
  });

  it('does where the field is lenient', () => {
    expect(sample('', "mood='odd'").mood).toBe('good');
    expect(sample('', "mood='bad'").mood).toBe('bad');
  });
});

describe('lenient()', () => {
  it('counts what cannot be decoded as missing', () => {
    expect(sample('', "lenient='x'").lenient).toBeUndefined();
    expect(sample('', "lenient='5'").lenient).toBe(5);
  });
});

describe('encoding', () => {
  it('refuses a value that the field has no text for, and writes nothing', () => {
    const view = sample('', "count='1' must='1'");
    expect(() => {
      view.count = 10;
    }).toThrow(TypeError);
    expect(() => new Sample({ must: 1, strictMust: 1, mood: 'odd' as never })).toThrow(TypeError);
    expect(view.count).toBe(1);
  });

  it('names the field that it refuses a value for', () => {
    expect(() => sample().set({ count: 10 })).toThrow(/^<sample> @count: expected /);
    expect(() => new Message({ body: 42 as never })).toThrow('<message> <body/>: expected text, got 42');
  });

  it('refuses null, which is no way to remove', () => {
    const view = sample('', "name='a'");
    expect(() => {
      view.name = null as never;
    }).toThrow(TypeError);
    expect(view.name).toBe('a');
  });
});

describe('childText()', () => {
  it('reads the namespace of the parent unless another is given', () => {
    const view = sample(`<text xmlns='${OTHER}'>wrong</text><far>wrong</far><far xmlns='${OTHER}'>right</far>`);
    expect([view.text, view.far]).toEqual([undefined, 'right']);
  });

  it('writes into that namespace', () => {
    const view = sample();
    view.text = 'a';
    view.farNumber = 5;
    expect(view.toString()).toBe(
      `<sample xmlns='${NS}'><text>a</text><farNumber xmlns='${OTHER}'>5</farNumber></sample>`,
    );
  });

  it('tells an empty child from none', () => {
    expect([sample('<text/>').text, sample().text]).toEqual(['', undefined]);
  });

  it('writes over the first of several', () => {
    const view = sample('<text>1</text><text>2</text>');
    view.text = 'x';
    expect(view.text).toBe('x');
  });

  it('is gone after undefined, also where there were several', () => {
    const view = sample(`<text>1</text><keep/><text>2</text><text xmlns='${OTHER}'/>`);
    view.text = undefined;
    expect(view.text).toBeUndefined();
    expect(view.toString()).toBe(`<sample xmlns='${NS}'><keep/><text xmlns='${OTHER}'/></sample>`);
  });

  it('reads the text between nested elements as one', () => {
    expect(sample('<text>a<b>x</b>c</text>').text).toBe('ac');
  });
});

describe('childTexts()', () => {
  it('reads and replaces all', () => {
    const view = sample('<value>a</value><other/><value/>');
    expect(view.values).toEqual(['a', '']);
    view.values = ['b', 'c'];
    expect(view.toString()).toBe(`<sample xmlns='${NS}'><other/><value>b</value><value>c</value></sample>`);
    view.values = [];
    expect(view.toString()).toBe(`<sample xmlns='${NS}'><other/></sample>`);
  });

  it('takes any iterable, also one that reads the same element', () => {
    const view = sample('<value>a</value><value>b</value>');
    view.values = [...view.values].reverse();
    expect(view.values).toEqual(['b', 'a']);
    expect(new Sample({ must: 1, strictMust: 1, values: new Set(['x']) }).values).toEqual(['x']);
  });

  it('refuses a single text instead of taking its characters', () => {
    expect(() => new Sample({ must: 1, strictMust: 1, values: 'abc' as never })).toThrow(/list of texts/);
  });

  it('refuses what is no text, and keeps what was there', () => {
    const view = sample('<value>a</value>');
    expect(() => {
      view.values = ['b', 5 as never];
    }).toThrow(TypeError);
    expect(view.values).toEqual(['a']);
  });
});

describe('flag()', () => {
  it('is whether the child is there', () => {
    expect([sample().on, sample('<on/>').on, sample(`<on xmlns='${OTHER}'/>`).on]).toEqual([false, true, false]);
    expect([sample('<farOn/>').farOn, sample(`<farOn xmlns='${OTHER}'/>`).farOn]).toEqual([false, true]);
  });

  it('is written once', () => {
    const view = sample();
    view.on = true;
    view.on = true;
    expect(view.toString()).toBe(`<sample xmlns='${NS}'><on/></sample>`);
  });

  it('is false after false, also where it was there twice', () => {
    const view = sample('<on/><keep/><on/>');
    view.on = false;
    expect(view.toString()).toBe(`<sample xmlns='${NS}'><keep/></sample>`);
  });
});

describe('ownText()', () => {
  class Word extends element('word', NS, { value: ownText() }) {}
  class Count extends element('count', NS, { value: ownText(int()).required() }) {}

  it('reads the text, also between children', () => {
    expect(new Word(xml(`<word xmlns='${NS}'>a<b>x</b>c</word>`)).value).toBe('ac');
  });

  it.each([`<word xmlns='${NS}'/>`, `<word xmlns='${NS}'><b/></word>`])('is missing in %s', (source) => {
    expect(new Word(xml(source)).value).toBeUndefined();
  });

  it('replaces the text and leaves the children', () => {
    const word = new Word(xml(`<word xmlns='${NS}'>a<b/>c</word>`));
    word.value = 'x';
    expect(word.toString()).toBe(`<word xmlns='${NS}'>x<b/></word>`);
    word.value = undefined;
    expect(word.toString()).toBe(`<word xmlns='${NS}'><b/></word>`);
  });

  it('is the same with an empty text here and after the wire', () => {
    const word = new Word({ value: '' });
    expect(word.value).toBe(new Word(xml(word.toString())).value);
    expect(word.xml.children).toHaveLength(0);
  });

  it('has a codec and can be required', () => {
    expect(new Count({ value: 5 }).toString()).toBe(`<count xmlns='${NS}'>5</count>`);
    expect(() => new Count(xml(`<count xmlns='${NS}'/>`)).value).toThrow(/text: expected an integer, got nothing/);
    expect(thrown(() => new Count(xml(`<count xmlns='${NS}'>x</count>`)).value)).toMatchObject({ where: 'text' });
  });
});

describe('what a class does not know', () => {
  it('survives reading and writing', () => {
    const view = sample('before<new xmlns="urn:new" a="b">x<y/></new>after<text>t</text>', "unknown='1' must='1'");
    view.text = 'u';
    view.on = true;
    view.name = 'n';
    expect(view.toString()).toBe(
      `<sample xmlns='${NS}' unknown='1' must='1' name='n'>before<new xmlns='urn:new' a='b'>x<y/></new>after` +
        '<text>u</text><on/></sample>',
    );
  });
});
