import { parseXml, SeededRandom } from '@sestina/testing';
import { checkAnswer, Form, FormField, fillIn, NS_DATA } from '@sestina/xep-0004';
import { describe, expect, it } from 'vitest';
import {
  NS_VALIDATE,
  unchecked,
  validated,
  validator,
  withDatatype,
  withListRange,
  withOpen,
  withRange,
  withRegex,
} from '../src/index.js';

const read = (inside: string): Form => new Form(parseXml(`<x xmlns='${NS_DATA}' type='form'>${inside}</x>`));

/** What is wrong with these values of a field. */
function problem(
  values: readonly string[] | string,
  datatype: string,
  method = '<basic/>',
  { type = 'text-single', regex = 'ignore' as 'ignore' | 'safe' } = {},
): string | undefined {
  const form = read(
    `<field var='f' type='${type}'><validate xmlns='${NS_VALIDATE}' datatype='${datatype}'>${method}</validate></field>`,
  );
  const submit = new Form({ type: 'submit' });
  submit.fields.add(new FormField({ var: 'f', values: typeof values === 'string' ? [values] : values }));
  return validator({ regex })(form, submit)[Symbol.iterator]().next().value?.problem;
}

const tries = (value: string, datatype: string, method?: string): boolean =>
  problem(value, datatype, method) === undefined;

describe('a datatype', () => {
  it.each([
    ['xs:integer', ['7', '007', '+7', '-7', '9'.repeat(30)], ['7.0', '', ' 7', '0x7', 'seven', '9'.repeat(2_000)]],
    ['xs:byte', ['127', '-128'], ['128', '-129']],
    ['xs:unsignedLong', ['18446744073709551615'], ['18446744073709551616', '-1']],
    ['xs:positiveInteger', ['1'], ['0']],
    ['xs:decimal', ['1.5', '.5', '-1.'], ['1e5', '.']],
    ['xs:double', ['1e5', 'INF', 'NaN'], ['Infinity', '1e']],
    ['xs:boolean', ['true', '0'], ['yes', 'TRUE']],
    [
      'xs:dateTime',
      ['2003-10-06T11:22:00-07:00', '2024-02-29T00:00:00.123Z'],
      ['2023-02-29T00:00:00Z', '20031006T11:22:00', '2003-10-06T24:00:00Z'],
    ],
    ['xs:date', ['2024-02-29', '2024-02-29+14:00'], ['2024-2-29', '2024-04-31', '2024-13-01']],
    ['xs:time', ['23:59:59'], ['24:00:00', '23:59']],
    ['xs:duration', ['P1DT2H', '-P1Y', 'PT0.5S'], ['P', 'P1H', 'PT', '1D']],
    ['xs:language', ['en', 'de-CH-1996'], ['e_n', 'toolonglanguage']],
    ['xs:anyURI', ['https://example.org/a?b#c', 'xmpp:a@b'], ['a b', '<a>']],
    ['xs:base64Binary', ['', 'YQ==', 'YWI=', 'YWJj'].slice(1), ['YQ=', 'Y', 'Y!==']],
    ['xs:hexBinary', ['0aFF'], ['0', 'zz']],
    ['pubsub:integer-or-max', ['max', '0', '10'], ['min', '1.5']],
    ['geo:lat', ['90', '-89.5'], ['90.1', 'north']],
    ['geo:lon', ['180'], ['-180.01']],
    ['xs:string', ['anything'], []],
    ['x:unknown', ['anything'], []],
  ])('%s', (datatype, right, wrong) => {
    for (const value of right) expect([value, tries(value, datatype)]).toEqual([value, true]);
    for (const value of wrong.filter((each) => each !== ''))
      expect([value, tries(value, datatype)]).toEqual([value, false]);
  });

  it('compares numbers of any length, and instants across zones', () => {
    const range = `<range min='-1${'0'.repeat(29)}' max='1${'0'.repeat(29)}'/>`;
    expect(tries(`1${'0'.repeat(29)}`, 'xs:integer', range)).toBe(true);
    expect(problem(`1${'0'.repeat(28)}1`, 'xs:integer', range)).toBe('is too large');
    const dates = `<range min='2003-10-05T00:00:00-07:00' max='2003-10-05T23:00:00-07:00'/>`;
    expect(tries('2003-10-06T05:59:59Z', 'xs:dateTime', dates)).toBe(true);
    expect(problem('2003-10-05T06:59:59Z', 'xs:dateTime', dates)).toBe('is too small');
    expect(tries('max', 'pubsub:integer-or-max', `<range min='5'/>`)).toBe(true);
    expect(problem('max', 'pubsub:integer-or-max', `<range max='5'/>`)).toBe('is too large');
  });

  it('has no range where that means nothing', () => {
    expect(tries('zebra', 'xs:string', `<range min='a' max='b'/>`)).toBe(true);
    expect(tries('5', 'xs:integer', '<range/>')).toBe(true);
    expect(tries('5', 'xs:integer', `<range min='low'/>`)).toBe(true);
    expect(problem('5', 'xs:integer', `<range min='6'/>`)).toBe('is too small');
  });
});

describe('a field', () => {
  it('without a method, or with one that nobody knows, is as with basic', () => {
    expect(problem('x', 'xs:integer', '')).toBe('is no xs:integer');
    expect(problem('x', 'xs:integer', '<dance/>')).toBe('is no xs:integer');
  });

  it('of several lines is one text, unless each of them is looked at', () => {
    expect(problem(['1', 'x'], 'xs:integer', '<open/>', { type: 'text-multi' })).toBe('is no xs:integer');
    expect(problem(['1', '2'], 'xs:integer', '<open/>', { type: 'text-multi' })).toBeUndefined();
    expect(problem(['1', '2'], 'xs:integer', '<basic/>', { type: 'text-multi' })).toBe('is no xs:integer');
  });

  it('with a range of values counts them, in lists of several alone', () => {
    const range = `<basic/><list-range min='2' max='3'/>`;
    const multi = { type: 'list-multi' };
    expect(problem(['a'], 'xs:string', range, multi)).toBe('has fewer than 2 values');
    expect(problem(['a', 'b'], 'xs:string', range, multi)).toBeUndefined();
    expect(problem(['a', 'b', 'c', 'd'], 'xs:string', range, multi)).toBe('has more than 3 values');
    expect(problem(['a'], 'xs:string', range, { type: 'text-multi' })).toBeUndefined();
  });

  it('that is empty, hidden or only shown has nothing wrong with it', () => {
    expect(problem('', 'xs:integer')).toBeUndefined();
    expect(problem('x', 'xs:integer', '<basic/>', { type: 'hidden' })).toBeUndefined();
  });

  it('of a list takes other values than its options with any method but basic (§3.2)', () => {
    for (const [method, open] of [
      ['<open/>', true],
      ['<range min="1"/>', true],
      ['<regex>.*</regex>', true],
      ['<basic/>', false],
    ] as const) {
      const form = read(
        `<field var='f' type='list-single'><option><value>1</value></option>
          <validate xmlns='${NS_VALIDATE}' datatype='xs:integer'>${method}</validate></field>`,
      );
      const problems = checkAnswer(form, fillIn(form, { f: 7 }), { validators: [validated] });
      expect([method, problems.length === 0]).toEqual([method, open]);
    }
  });

  it('is read with a prefix as well', () => {
    const form = read(
      `<field var='f'><xdv:validate xmlns:xdv='${NS_VALIDATE}' datatype='xs:date'><xdv:basic/></xdv:validate></field>`,
    );
    expect([form.field('f')?.validate?.datatype, form.field('f')?.validate?.method]).toEqual(['xs:date', 'basic']);
  });
});

describe('a regular expression', () => {
  const matches = (pattern: string, value: string): boolean =>
    problem(value, 'xs:string', `<regex>${pattern.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</regex>`, {
      regex: 'safe',
    }) === undefined;

  it.each([
    ['([0-9]{3})-([0-9]{2})-([0-9]{4})', ['123-12-1234'], ['123-12-123', 'x123-12-1234', '123-12-1234x']],
    ['^a|b+$', ['a', 'b', 'bbb'], ['ab', 'c']],
    ['(ab|c)*d?', ['', 'ababc', 'cd'].slice(1), ['dd', 'ba']],
    ['a{2,3}', ['aa', 'aaa'], ['a', 'aaaa']],
    ['a{2,}', ['aa', 'aaaaaa'], ['a']],
    ['[^a-c]x', ['dx', '-x'], ['ax', 'x']],
    ['[]a]+', [']a]'], ['b']],
    ['[[:alpha:]_-]+', ['é_-z'], ['1']],
    ['\\.\\*', ['.*'], ['ab']],
    ['.', ['😀'], ['ab']],
    ['(a*)*b', ['b', 'aab'], ['aaa']],
  ])('%s', (pattern, right, wrong) => {
    for (const value of right) expect([value, matches(pattern, value)]).toEqual([value, true]);
    for (const value of wrong) expect([value, matches(pattern, value)]).toEqual([value, false]);
  });

  it('says the same as that of the platform, for whatever is generated (seed 1)', () => {
    const random = new SeededRandom(1);
    const piece = (depth: number): string => {
      const kind = random.integer(depth > 2 ? 3 : 6);
      if (kind < 2) return 'abc'[random.integer(3)] as string;
      if (kind === 2) return '[ab]';
      if (kind === 3) return `(${piece(depth + 1)}|${piece(depth + 1)})`;
      if (kind === 4) return `(${piece(depth + 1)})${'*+?'[random.integer(3)]}`;
      return piece(depth + 1) + piece(depth + 1);
    };
    for (let i = 0; i < 500; i++) {
      const pattern = piece(0);
      const value = Array.from({ length: 1 + random.integer(6) }, () => 'abc'[random.integer(3)]).join('');
      expect([pattern, value, matches(pattern, value)]).toEqual([
        pattern,
        value,
        new RegExp(`^(?:${pattern})$`).test(value),
      ]);
    }
  });

  it('of the other side takes no time, whatever it is', () => {
    const long = `${'a'.repeat(65_536)}!`;
    for (const pattern of ['(a+)+$', '(a|a)*', '(a*)*', 'a{1,900}', '(.*)(.*)(.*)x']) matches(pattern, long);
    expect(matches('(a+)+$', long)).toBe(false);
  });

  it('of the other side takes no time where it repeats nothing, as often as it says', () => {
    for (const inner of ['a{0}', '(){0}', 'a{0,0}'])
      expect(matches(`${inner}${'{1000}'.repeat(40)}`, 'zzz')).toBe(true);
  });

  it('of the other side has one budget for all values of a form, and long sets count for what they are', () => {
    const set = `([${'abcdefghij'.repeat(20)}]?){300}`;
    const values = Array.from({ length: 2_000 }, () => 'a'.repeat(100));
    const form = new Form({ type: 'form' });
    form.fields.add(withRegex(new FormField({ var: 'many', type: 'text-multi' }), set));
    form.fields.add(withRegex(new FormField({ var: 'last' }), 'b'));
    const submit = new Form({ type: 'submit' });
    submit.fields.add(new FormField({ var: 'many', values }));
    submit.fields.add(new FormField({ var: 'last', values: ['a'] }));
    // The budget is used up before the last one is looked at.
    expect(validator({ regex: 'safe' })(form, submit)).toEqual([]);
  });

  it('that cannot be followed is not looked at, and named', () => {
    const odd = ['(?=a)b', '\\d+', '(a)\\1', 'a'.repeat(257), '(a{500}){500}', '(', '[', 'a{3,2}', '*'];
    for (const pattern of odd) {
      expect([pattern, matches(pattern, 'zzz')]).toEqual([pattern, true]);
      const form = new Form({ type: 'form' });
      form.fields.add(withRegex(new FormField({ var: 'f' }), pattern));
      expect(unchecked(form, { regex: 'safe' })).toEqual(['f']);
    }
    const form = new Form({ type: 'form' });
    form.fields.add(withRegex(new FormField({ var: 'f' }), 'a+'));
    expect([unchecked(form, { regex: 'safe' }), unchecked(form)]).toEqual([[], ['f']]);
  });

  it('is not looked at unless that is said', () => {
    expect(problem('b', 'xs:string', '<regex>a</regex>')).toBeUndefined();
  });
});

describe('what is built', () => {
  it('is read again as it was meant, for all methods', () => {
    const field = (): FormField => new FormField({ var: 'f', type: 'list-multi' });
    const built = [
      withDatatype(field(), 'xs:date'),
      withOpen(field(), 'xs:integer'),
      withRange(field(), 'xs:integer', { min: '1' }),
      withRegex(field(), 'a|b'),
      withListRange(withOpen(field()), { min: 1, max: 2 }),
      withOpen(withListRange(field(), { max: 2 })),
    ].map((each) => new FormField(parseXml(each.toString())).validate);
    expect(
      built.map((each) => [each?.method, each?.datatype, each?.range?.min, each?.regex?.pattern, each?.listRange?.max]),
    ).toEqual([
      ['basic', 'xs:date', undefined, undefined, undefined],
      ['open', 'xs:integer', undefined, undefined, undefined],
      ['range', 'xs:integer', '1', undefined, undefined],
      ['regex', 'xs:string', undefined, 'a|b', undefined],
      ['open', 'xs:string', undefined, undefined, 2],
      ['open', 'xs:string', undefined, undefined, 2],
    ]);
  });

  it('leaves the submission as it is', () => {
    const form = new Form({ type: 'form' });
    form.fields.add(withDatatype(new FormField({ var: 'f' }), 'xs:date'));
    expect(fillIn(form, { f: '2024-02-29' }).toString()).not.toContain('validate');
  });
});
