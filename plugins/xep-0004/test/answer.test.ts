import { JID, StanzaError } from '@sestina/core';
import { expectXml, parseXml } from '@sestina/testing';
import { checkAnswer, Form, fillIn, NS_DATA, requireAnswer } from '@sestina/xep-0004';
import { describe, expect, it } from 'vitest';

const form = new Form(
  parseXml(`<x xmlns='${NS_DATA}' type='form'>
    <field var='FORM_TYPE' type='hidden'><value>urn:x</value></field>
    <field type='fixed'><value>About you</value></field>
    <field var='name'><required/></field>
    <field var='age' type='list-single'><value>old</value><required/>
      <option><value>young</value></option><option><value>old</value></option></field>
    <field var='friends' type='jid-multi'/>
    <field var='vote' type='boolean'><value>0</value></field>
    <field var='story' type='text-multi'/>
    <field var='colors' type='list-multi'><validate xmlns='http://jabber.org/protocol/xdata-validate'><open/></validate></field>
  </x>`),
);
const submit = (inside: string): Form => new Form(parseXml(`<x xmlns='${NS_DATA}' type='submit'>${inside}</x>`));

describe('fillIn', () => {
  it('sends answers, hidden fields and the suggestions for what is required', () => {
    const filled = fillIn(form, {
      name: 'Al',
      friends: [JID.parse('a@b.example'), 'c@d.example'],
      story: 'a\nb',
      vote: true,
    });
    expectXml(
      filled.xml,
      `<x xmlns='${NS_DATA}' type='submit'>
        <field var='FORM_TYPE' type='hidden'><value>urn:x</value></field>
        <field var='name' type='text-single'><value>Al</value></field>
        <field var='age' type='list-single'><value>old</value></field>
        <field var='friends' type='jid-multi'><value>a@b.example</value><value>c@d.example</value></field>
        <field var='vote' type='boolean'><value>1</value></field>
        <field var='story' type='text-multi'><value>a</value><value>b</value></field>
      </x>`,
    );
    expect(checkAnswer(form, filled)).toEqual([]);
  });

  it('keeps what came with the form where it is not answered, and takes away what is answered with nothing', () => {
    const came = (inside: string): Form =>
      new Form(
        parseXml(`<x xmlns='${NS_DATA}' type='form'>
        <field var='FORM_TYPE' type='hidden'><value>urn:x</value></field>
        <field var='nick'><value>Al</value></field>
        <field var='tags' type='list-multi'><value>a</value><value>b</value></field>
        <field var='about'/>${inside}</x>`),
      );
    const fields = (filled: Form) => [...filled.fields].map(({ var: name, values }) => [name, ...values].join(' '));
    expect(fields(fillIn(came(''), {}))).toEqual(['FORM_TYPE urn:x', 'nick Al', 'tags a b']);
    expect(fields(fillIn(came(''), { tags: [], about: 'x' }))).toEqual([
      'FORM_TYPE urn:x',
      'nick Al',
      'tags',
      'about x',
    ]);
    expect(fields(fillIn(came(''), { about: 'x' }, { presets: false }))).toEqual(['FORM_TYPE urn:x', 'about x']);
    expect(fields(fillIn(came("<field var='must'><required/></field>"), {}, { presets: false }))).toEqual([
      'FORM_TYPE urn:x',
      'must',
    ]);
  });

  it('takes pairs, and names that the form does not have', () => {
    const filled = fillIn(form, [
      ['__proto__', 'x'],
      ['name', 3],
    ]);
    expect([filled.field('__proto__')?.value, filled.field('name')?.value]).toEqual(['x', '3']);
  });
});

describe('checkAnswer', () => {
  it('asks for what is required', () => {
    expect(checkAnswer(form, submit(`<field var='age'><value/></field>`))).toEqual([
      { var: 'name', problem: 'has to be answered' },
      { var: 'age', problem: 'has to be answered' },
    ]);
  });

  it.each([
    ['age', `<value>dead</value>`, 'is not among the options'],
    ['age', `<value>old</value><value>young</value>`, 'has more than one value'],
    ['friends', `<value>a@b.example</value><value>@</value>`, 'is no address'],
    ['vote', `<value>maybe</value>`, 'is neither true nor false'],
  ])('refuses %s with %s', (name, values, problem) => {
    const answer = submit(
      `<field var='name'><value>x</value></field>${name === 'age' ? '' : `<field var='age'><value>old</value></field>`}
       <field var='${name}'>${values}</field>`,
    );
    expect(checkAnswer(form, answer)).toEqual([{ var: name, problem }]);
  });

  it('looks past an option without a value', () => {
    const odd = new Form(
      parseXml(`<x xmlns='${NS_DATA}' type='form'><field var='a' type='list-single'><option label='none'/>
        <option><value>b</value></option></field></x>`),
    );
    expect(checkAnswer(odd, submit(`<field var='a'><value>b</value></field>`))).toEqual([]);
    expect(checkAnswer(odd, submit(`<field var='a'><value>c</value></field>`))).toHaveLength(1);
  });

  it('lets people add options where the form does, and ignores fields that it does not know', () => {
    const answer = fillIn(form, { name: 'x', colors: ['mauve'], extra: 'y' });
    expect(checkAnswer(form, answer)).toEqual([]);
  });

  it('throws not-acceptable for handlers', () => {
    const act = (): void => requireAnswer(form, submit(''));
    expect(act).toThrow(StanzaError);
    expect(act).toThrow('not-acceptable: "name: has to be answered; age: has to be answered"');
    requireAnswer(form, fillIn(form, { name: 'x' }));
  });
});
