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

  it('writes each kind of answer as its field asks', () => {
    const all = new Form(
      parseXml(`<x xmlns='${NS_DATA}' type='form'>
        <field var='heading' type='fixed'><value>About you</value></field>
        <field var='vote' type='boolean'><value>1</value></field><field var='owner' type='jid-single'/>
        <field var='story' type='text-multi'/><field var='line' type='text-single'/></x>`),
    );
    const filled = fillIn(all, { vote: false, owner: JID.parse('a@b.example/x'), story: 'a\r\nb\rc', line: 'a\nb' });
    expect([...filled.fields].map(({ var: name, values }) => [name, values])).toEqual([
      ['vote', ['0']],
      ['owner', ['a@b.example/x']],
      ['story', ['a', 'b', 'c']],
      ['line', ['a\nb']],
    ]);
  });

  it('answers a field that is there twice once', () => {
    const twice = new Form(parseXml(`<x xmlns='${NS_DATA}' type='form'><field var='a'/><field var='a'/></x>`));
    expect([...fillIn(twice, { a: 'x' }).fields].map(({ values }) => values)).toEqual([['x']]);
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

  it.each(['hidden', 'jid-multi', 'list-multi', 'text-multi'])('takes several values for %s', (type) => {
    const field = `<option><value>a.example</value></option><option><value>b.example</value></option>`;
    const asked = new Form(
      parseXml(`<x xmlns='${NS_DATA}' type='form'><field var='a' type='${type}'>${field}</field></x>`),
    );
    const values = `<value>a.example</value><value>b.example</value>`;
    expect(checkAnswer(asked, submit(`<field var='a'>${values}</field>`))).toEqual([]);
  });

  it('asks nothing of headings, and looks at the first of two answers', () => {
    const asked = new Form(
      parseXml(`<x xmlns='${NS_DATA}' type='form'><field var='h' type='fixed'><required/></field>
        <field type='text-single'><required/></field><field var='a' type='boolean'><required/></field></x>`),
    );
    const [good, bad] = [`<field var='a'><value>true</value></field>`, `<field var='a'><value>maybe</value></field>`];
    expect(checkAnswer(asked, submit(`<field><value>x</value></field>${good}${bad}`))).toEqual([]);
    expect(checkAnswer(asked, submit(bad + good))).toEqual([{ var: 'a', problem: 'is neither true nor false' }]);
  });

  it.each([
    ['<open/>', 0],
    [`<range min='0'/>`, 0],
    ['<regex>.</regex>', 0],
    ['<basic/>', 1],
    ['', 1],
  ])('lets people add options with %s to %i problems', (method, count) => {
    const validate = `<validate xmlns='http://jabber.org/protocol/xdata-validate'>${method}</validate>`;
    const asked = new Form(
      parseXml(`<x xmlns='${NS_DATA}' type='form'><field var='a' type='list-single'>${validate}
        <option><value>b</value></option></field></x>`),
    );
    expect(checkAnswer(asked, submit(`<field var='a'><value>c</value></field>`))).toHaveLength(count);
    expect(checkAnswer(asked, submit(`<field var='a'><value>b</value></field>`))).toEqual([]);
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
