import { attr, childText, element, type Field, int, oneOf } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { knownIn, roundTrip } from '../src/laws.js';

const NS = 'urn:example:conformance';
class Thing extends element('thing', NS, { size: attr('size', int(0)), kind: attr('kind', oneOf('a', 'b')) }) {}
const thing = (inside: string): string => `<message><thing xmlns='${NS}' ${inside}/></message>`;

describe('an example', () => {
  it('passes where all of it is read, and is the same once it is written', () => {
    expect(roundTrip(thing(`size='5' kind='a'`), [Thing])).toBeUndefined();
    expect(roundTrip(thing(`size='005'`), [Thing])).toBeUndefined();
    expect(knownIn(thing(''), [Thing])).toBe(1);
  });

  it('fails where a field cannot read it', () => {
    expect(roundTrip(thing(`kind='c'`), [Thing])).toContain('expected one of a | b');
  });

  it('fails where it is no XML', () => {
    expect(roundTrip('<message>', [Thing])).toContain('does not parse');
  });

  it('fails where writing changes what is read, or loses something', () => {
    const odd: Field<string | undefined> = {
      get: (xml) => xml.attribute('size'),
      set: (xml, value) => void xml.setAttribute('size', `${value}0`),
    };
    class Odd extends element('thing', NS, { odd }) {}
    expect(roundTrip(thing(`size='5'`), [Odd])).toContain('50 once it is written, 5 before');
    const greedy: Field<string | undefined> = {
      get: () => undefined,
      set: (xml) => {
        for (const child of [...xml.elements()]) xml.remove(child);
      },
    };
    class Greedy extends element('thing', NS, { greedy }) {}
    expect(roundTrip(`<thing xmlns='${NS}'><other/></thing>`, [Greedy])).toContain('loses <other');
  });

  it('is known by the class that fits, of several with one name', () => {
    class Question extends element('thing', NS, { name: childText('name').required() }) {}
    expect(roundTrip(thing(''), [Question])).toBeDefined();
    expect(roundTrip(thing(''), [Question, Thing])).toBeUndefined();
  });
});
