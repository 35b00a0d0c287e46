import { parseXml } from '@sestina/testing';
import { Form, FormField, NS_DATA } from '@sestina/xep-0004';
import { describe, expect, it } from 'vitest';
import { datatypeOf } from '../src/datatypes.js';
import { NS_VALIDATE, unchecked, validated, validator, withListRange } from '../src/index.js';
import { Budget, compile } from '../src/regex.js';

const validate = (datatype: string, inside = '<basic/>'): string =>
  `<validate xmlns='${NS_VALIDATE}' datatype='${datatype}'>${inside}</validate>`;
const read = (inside: string, type = 'form'): Form =>
  new Form(parseXml(`<x xmlns='${NS_DATA}' type='${type}'>${inside}</x>`));
const answer = (...values: string[]): Form =>
  read(`<field var='f'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`, 'submit');
const wrong = (field: string, ...values: string[]): string | undefined =>
  [...validator({ regex: 'safe' })(read(field), answer(...values))][0]?.problem;
const ranged = (datatype: string, range: string, type = 'text-single'): string =>
  `<field var='f' type='${type}'>${validate(datatype, `<range ${range}/>`)}</field>`;

describe('a datatype', () => {
  const order = (name: string, text: string) => datatypeOf(name)?.order?.(text);

  it('reads signs, infinities, zones, and days that no month has', () => {
    expect([
      order('xs:integer', '+7'),
      order('xs:integer', '-7'),
      order('xs:double', '-INF'),
      order('xs:double', '1e2'),
    ]).toEqual([7n, -7n, Number.NEGATIVE_INFINITY, 100]);
    const is = (name: string, ...texts: string[]) => texts.map((text) => datatypeOf(name)?.is(text));
    expect(is('xs:date', '2024-02-29', '2023-02-29', 'x', '')).toEqual([true, false, false, false]);
    expect(is('xs:time', '10:00:00', '24:00:00', 'x')).toEqual([true, false, false]);
    expect(is('xs:dateTime', '2024-02-29T10:00:00+01:00', '2024-02-29', '10:00:00', 'x')).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(order('xs:dateTime', '1970-01-01T00:00:00')).toBe(0);
    expect(is('geo:lat', '-90', '90', '-90.1', '90.1', 'x')).toEqual([true, true, false, false, false]);
    expect(order('xs:date', 'x')).toBeUndefined();
  });

  it('has texts of 1,024 characters at most', () => {
    expect([1_024, 1_025].map((length) => datatypeOf('xs:integer')?.is('7'.repeat(length)))).toEqual([true, false]);
  });
});

describe('a range', () => {
  it('takes in its ends, and may have one of them, or none', () => {
    const outcome = (range: string) => ['1', '2', '5', '6'].map((value) => wrong(ranged('xs:integer', range), value));
    expect(outcome(`min='2' max='5'`)).toEqual(['is too small', undefined, undefined, 'is too large']);
    expect(outcome(`min='2'`)).toEqual(['is too small', undefined, undefined, undefined]);
    expect(outcome(`max='5'`)).toEqual([undefined, undefined, undefined, 'is too large']);
    expect(outcome(`min='x' max=''`)).toEqual([undefined, undefined, undefined, undefined]);
    expect(outcome('')).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('says nothing where nothing is more than another', () => {
    expect(wrong(ranged('xs:gMonth', `min='--02'`), '--01')).toBeUndefined();
    expect(wrong(ranged('xs:string', `min='b'`), 'a')).toBeUndefined();
    expect(wrong(ranged('urn:unknown', `min='b'`), 'a')).toBeUndefined();
  });

  it('of a list is of how many there are, both ends taken in', () => {
    const list = (range: string, type = 'list-multi') =>
      `<field var='f' type='${type}'>${validate('xs:string', `<basic/><list-range ${range}/>`)}</field>`;
    const outcome = (range: string) =>
      [1, 2, 3, 4].map((count) => wrong(list(range), ...Array.from({ length: count }, () => 'a')));
    expect(outcome(`min='2' max='3'`)).toEqual([
      'has fewer than 2 values',
      undefined,
      undefined,
      'has more than 3 values',
    ]);
    expect(wrong(list(`min='2'`, 'text-multi'), 'a')).toBeUndefined();
    const built = withListRange(new FormField({ var: 'f', type: 'list-multi' }), { max: 1 });
    expect(`${built.validate?.xml}`).toBe(
      `<validate xmlns='${NS_VALIDATE}' datatype='xs:string'><basic/><list-range max='1'/></validate>`,
    );
  });
});

describe('a form', () => {
  it('is looked at where somebody has answered, and says nothing of what is only shown', () => {
    const field = (type: string, name = "var='f'") => `<field ${name} type='${type}'>${validate('xs:integer')}</field>`;
    expect(wrong(field('text-single'), 'x')).toBe('is no xs:integer');
    for (const type of ['fixed', 'hidden']) expect(wrong(field(type), 'x')).toBeUndefined();
    expect(wrong(field('text-single', ''), 'x')).toBeUndefined();
    expect(wrong(`<field var='f'/>`, 'x')).toBeUndefined();
    expect(wrong(field('text-single'), '')).toBeUndefined();
    expect(wrong(field('text-single'))).toBeUndefined();
    expect(wrong(field('list-multi'), '', 'x')).toBe('is no xs:integer');
    expect([...validated(read(field('text-single')), read('', 'submit'))]).toEqual([]);
  });

  it('has lines that are one text, in fields of several lines alone', () => {
    const field = (type: string, method = '<basic/>') =>
      `<field var='f' type='${type}'>${validate('xs:integer', method)}</field>`;
    expect(wrong(field('text-multi'), '1', '2')).toBe('is no xs:integer');
    expect([wrong(field('text-multi', '<open/>'), '1', '2'), wrong(field('list-multi'), '1', '2')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('names what is not looked at', () => {
    const field = (name: string, inside: string) => `<field ${name}>${inside}</field>`;
    const form = read(
      field(`var='safe'`, validate('xs:string', '<regex>a</regex>')) +
        field(`var='odd'`, validate('xs:string', '<regex>(?=a)</regex>')) +
        field('', validate('xs:string', '<regex>a</regex>')) +
        field(`var='basic'`, validate('xs:string')) +
        field(`var='plain'`, ''),
    );
    expect([unchecked(form), unchecked(form, { regex: 'safe' })]).toEqual([['safe', 'odd'], ['odd']]);
  });

  it('is looked at by a regular expression where all of its values have to fit', () => {
    const field = `<field var='f' type='list-multi'>${validate('xs:string', '<regex>a+</regex>')}</field>`;
    expect([wrong(field, 'a', 'aa'), wrong(field, 'a', 'b')]).toEqual([undefined, 'is not of the form that is wanted']);
    expect([...validator()(read(field), answer('b'))]).toEqual([]);
  });
});

describe('a regular expression', () => {
  const takes = (pattern: string, text: string): boolean | undefined => compile(pattern)?.matches(text);

  it.each([
    ['a{2}', 'aa', 'aaa'],
    ['a{2,}', 'aaaa', 'a'],
    ['a{0,1}', '', 'aa'],
    ['(a|b)c', 'bc', 'c'],
    ['[a-c]', 'c', 'd'],
    ['[a-a]', 'a', 'b'],
    ['[-a]', '-', 'b'],
    ['[a-]', '-', 'b'],
    ['[]a]', ']', 'b'],
    ['[^a]', 'b', 'a'],
    ['[[:digit:]x]', '5', ':'],
    ['[[a]', '[', 'b'],
    ['a\\$', 'a$', 'a'],
    ['^a$', 'a', 'aa'],
    ['a$b', '', ''],
    ['\\.', '.', 'a'],
    ['', '', 'a'],
  ])('%s is followed', (pattern, good, bad) => {
    if (pattern === 'a$b') expect(compile(pattern)).toBeUndefined();
    else expect([takes(pattern, good), takes(pattern, bad)]).toEqual([true, false]);
  });

  it.each([
    '(a',
    'a)',
    '(?a)',
    '[[=a=]]',
    '[[.a.]]',
    '[b-a]',
    'a{}',
    'a{2,1}',
    'a{1',
    'a{x}',
    'a{,2}',
    'a{10000}',
    'a{1001}',
    'a{0,1001}',
    '\\d',
    '\\1',
    '[[:odd:]]',
    '[a',
    '*',
    'a|*',
    '[[:digit',
  ])('%s is not', (pattern) => {
    expect(compile(pattern)).toBeUndefined();
  });

  it('has 256 characters, 32 brackets in each other and 1,000 states at most', () => {
    expect([compile('a'.repeat(256)), compile('a'.repeat(257))].map(Boolean)).toEqual([true, false]);
    const deep = (depth: number): boolean => compile(`${'('.repeat(depth)}a${')'.repeat(depth)}`) !== undefined;
    expect([deep(32), deep(33)]).toEqual([true, false]);
    expect([takes('a{900}', 'a'.repeat(900)), takes('a{900}', 'a'.repeat(899))]).toEqual([true, false]);
    expect(compile('(a{600}){2}')).toBeUndefined();
  });

  it('is followed as long as the budget lasts', () => {
    const budget = new Budget();
    budget.steps = 10;
    expect(compile('a*')?.matches('a'.repeat(100), budget)).toBeUndefined();
    expect(budget.steps).toBeLessThan(0);
    expect(compile('a*')?.matches('b'.repeat(100))).toBe(false);
  });
});
