import { int } from '@sestina/core';
import { parseXml } from '@sestina/testing';
import {
  checkAnswer,
  clark,
  Form,
  FormAnswerError,
  type FormValidator,
  fillIn,
  formType,
  NS_DATA,
  requireAnswer,
  single,
} from '@sestina/xep-0004';
import { describe, expect, it } from 'vitest';

const read = (inside: string, type = 'form'): Form =>
  new Form(parseXml(`<x xmlns='${NS_DATA}' type='${type}'>${inside}</x>`));
const form = read(`<field var='age' type='number'/><field var='name'><required/></field>`);
/** Nobody is older than this. */
const young: FormValidator = (_form, submit) =>
  Number(submit.field('age')?.value) > 99 ? [{ var: 'age', problem: 'is too much' }] : [];

describe('a validator', () => {
  it('says what else is wrong with an answer', () => {
    const submit = fillIn(form, { age: 100, name: 'Al' });
    expect(checkAnswer(form, submit)).toEqual([]);
    expect(checkAnswer(form, submit, { validators: [young] })).toEqual([{ var: 'age', problem: 'is too much' }]);
    expect(() => requireAnswer(form, submit, { validators: [young] })).toThrow('age: is too much');
  });

  it('keeps a wrong answer from being filled in, where it is asked', () => {
    expect(() => fillIn(form, { age: 100, name: 'Al' }, { validators: [young] })).toThrow(FormAnswerError);
    expect(() => fillIn(form, { age: 100 }, { validators: [] })).toThrow('"name" has to be answered');
    const both: FormValidator = () => ['age', 'name'].map((name) => ({ var: name, problem: 'is odd' }));
    expect(() => fillIn(form, { name: 'Al' }, { validators: [both] })).toThrow('"age" is odd; "name" is odd');
    expect(() => fillIn(form, { age: 100, name: 'Al' }, { validators: [young] })).toThrow(
      expect.objectContaining({ code: 'ERR_FORM_ANSWER', problems: [{ var: 'age', problem: 'is too much' }] }),
    );
    expect(fillIn(form, { age: 99, name: 'Al' }, { validators: [young] }).field('age')?.value).toBe('99');
  });

  it('has no say where something was wrong before', () => {
    const late: FormValidator = () => [{ var: 'name', problem: 'is no name' }];
    expect(checkAnswer(form, read('', 'submit'), { validators: [late] })).toEqual([
      { var: 'name', problem: 'has to be answered' },
    ]);
  });
});

describe('a form', () => {
  it('gets back a type of field that nobody knows as it came', () => {
    expect(fillIn(form, { age: 7 }).field('age')?.xml.attribute('type')).toBe('number');
    expect(form.field('age')?.type).toBe('text-single');
  });

  it('equals another one with the same values in any order', () => {
    const one = read(`<field var='a'><value>1</value><value>2</value></field><field var='b'/>`);
    expect(one.equals(read(`<field var='b'/><field var='a'><value>2</value><value>1</value></field>`))).toBe(true);
    expect(one.equals(read(`<field var='a'><value>1</value></field><field var='b'/>`))).toBe(false);
    expect(one.equals(read(`<field var='a'><value>1</value><value>2</value></field>`))).toBe(false);
    const nameless = read(`<field><value>1</value></field>`);
    expect(nameless.equals(read(`<field><value>1</value></field><field><value>1</value></field>`))).toBe(true);
    expect(nameless.equals(read(`<field var='1'/>`))).toBe(false);
  });

  it('has typed rows, with columns or without', () => {
    const User = formType('urn:example:users', { name: single('name').required(), age: single('age', int(0)) });
    const rows = `<item><field var='name'><value>Al</value></field><field var='age'><value>7</value></field></item>
      <item><field var='name'><value>Bo</value></field></item>`;
    for (const columns of ['', `<reported><field var='name'/><field var='age'/></reported>`]) {
      const found = User.rows(read(columns + rows, 'result'));
      expect(found.map(({ name, age }) => [name, age])).toEqual([
        ['Al', 7],
        ['Bo', undefined],
      ]);
    }
    expect(User.rows(read('', 'result'))).toEqual([]);
  });

  it('names a field of somebody else by its namespace', () => {
    expect(clark('urn:example:more', 'color')).toBe('{urn:example:more}color');
  });
});
