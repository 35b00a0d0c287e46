import { JID, Message, StanzaValueError } from '@sestina/core';
import { expectXml, parseXml } from '@sestina/testing';
import { Form, FormField, FormOption, MAX_FORM_FIELDS, MAX_FORM_VALUES, NS_DATA, Reported } from '@sestina/xep-0004';
import { describe, expect, it } from 'vitest';

const read = (inside: string, type = 'form'): Form =>
  new Form(parseXml(`<x xmlns='${NS_DATA}' type='${type}'>${inside}</x>`));

// XEP-0004 example 2, without the ad-hoc command around it.
const BOT = `
  <title>Bot Configuration</title>
  <instructions>Fill out this form to configure your new bot!</instructions>
  <field type='hidden' var='FORM_TYPE'><value>jabber:bot</value></field>
  <field type='fixed'><value>Section 1: Bot Info</value></field>
  <field type='text-single' label='The name of your bot' var='botname'/>
  <field type='boolean' label='Public bot?' var='public'><required/></field>
  <field type='list-multi' label='What features will the bot support?' var='features'>
    <option label='Contests'><value>contests</value></option>
    <option label='News'><value>news</value></option>
    <option label='Search'><value>search</value></option>
    <value>news</value>
    <value>search</value>
  </field>
  <field type='jid-multi' label='People to invite' var='invitelist'>
    <desc>Tell all your friends about your new bot!</desc>
  </field>`;

// XEP-0004 example 8.
const TABLE = `
  <title>Joogle Search: verona</title>
  <reported><field var='name'/><field var='url'/></reported>
  <item>
    <field var='name'><value>Comune di Verona - Benvenuti nel sito ufficiale</value></field>
    <field var='url'><value>http://www.comune.verona.it/</value></field>
  </item>
  <item>
    <field var='name'><value>benvenuto!</value></field>
    <field var='url'><value>http://www.hellasverona.it/</value></field>
  </item>`;

describe('Form', () => {
  it('reads a form as XEP-0004 shows it', () => {
    const form = read(BOT);
    expect([form.type, form.title, form.instructions, form.formType]).toEqual([
      'form',
      'Bot Configuration',
      ['Fill out this form to configure your new bot!'],
      'jabber:bot',
    ]);
    expect([...form.fields].map(({ var: name, type }) => [name, type])).toEqual([
      ['FORM_TYPE', 'hidden'],
      [undefined, 'fixed'],
      ['botname', 'text-single'],
      ['public', 'boolean'],
      ['features', 'list-multi'],
      ['invitelist', 'jid-multi'],
    ]);
    const features = form.field('features');
    expect(features?.values).toEqual(['news', 'search']);
    expect([...(features?.options ?? [])].map(({ label, value }) => [label, value])).toEqual([
      ['Contests', 'contests'],
      ['News', 'news'],
      ['Search', 'search'],
    ]);
    expect([form.field('public')?.required, form.field('botname')?.required]).toEqual([true, false]);
    expect(form.field('invitelist')?.desc).toBe('Tell all your friends about your new bot!');
  });

  it('reads a table of results', () => {
    const form = read(TABLE, 'result');
    expect([...(form.reported?.fields ?? [])].map((field) => field.var)).toEqual(['name', 'url']);
    expect([...form.items].map((item) => item.field('url')?.value)).toEqual([
      'http://www.comune.verona.it/',
      'http://www.hellasverona.it/',
    ]);
    expect(form.items.at(0)?.field('phone')).toBeUndefined();
  });

  it('reads columns that come behind the rows', () => {
    const form = read(
      `<item><field var='a'><value>1</value></field></item><reported><field var='a'/></reported>`,
      'result',
    );
    expect([form.reported?.fields.length, form.items.length]).toEqual([1, 1]);
  });

  it('writes what it reads', () => {
    const form = new Form({ type: 'form', title: 'T', instructions: ['one', 'two'] });
    const field = new FormField({ var: 'color', type: 'list-single', label: 'Color', desc: 'Choose', values: ['red'] });
    field.required = true;
    field.options.add(new FormOption({ label: 'Red', value: 'red' }));
    form.fields.add(field);
    expectXml(
      form.xml,
      `<x xmlns='${NS_DATA}' type='form'>
        <title>T</title><instructions>one</instructions><instructions>two</instructions>
        <field var='color' type='list-single' label='Color'>
          <desc>Choose</desc><value>red</value><required/><option label='Red'><value>red</value></option>
        </field>
      </x>`,
    );
  });

  it('has no type where there is none or an unknown one, and says so on that access only', () => {
    for (const type of ['', `type='error'`]) {
      const form = new Form(parseXml(`<x xmlns='${NS_DATA}' ${type}><field var='a'><value>1</value></field></x>`));
      expect(form.field('a')?.value).toBe('1');
      expect(() => form.type).toThrow(StanzaValueError);
    }
  });

  it('takes a field type that it does not know for text-single', () => {
    expect(read(`<field var='a' type='hologram'/>`).field('a')?.type).toBe('text-single');
  });

  it('refuses an option without a value on access only', () => {
    const option = read(`<field var='a' type='list-single'><option label='A'/></field>`).field('a')?.options.at(0);
    expect(option?.label).toBe('A');
    expect(() => option?.value).toThrow(StanzaValueError);
  });

  it('keeps names of Object.prototype as data', () => {
    const form = read(
      `<field var='__proto__' type='text-single'><value>1</value></field><field var='constructor'><value>2</value></field>`,
    );
    expect([form.field('__proto__')?.value, form.field('constructor')?.value]).toEqual(['1', '2']);
    expect(form.field('toString')).toBeUndefined();
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  it.each([
    [`type='hidden'`, 'form', 'urn:x'],
    [``, 'form', undefined],
    [`type='text-single'`, 'result', undefined],
    [``, 'submit', 'urn:x'],
    [`type='text-single'`, 'submit', undefined],
  ])('takes FORM_TYPE with %s in a %s for %s', (attribute, type, expected) => {
    expect(read(`<field var='FORM_TYPE' ${attribute}><value>urn:x</value></field>`, type).formType).toBe(expected);
  });

  it('is cancelled without a field', () => {
    expectXml(read(BOT).cancel().xml, `<x xmlns='${NS_DATA}' type='cancel'/>`);
  });

  it('refuses too many fields', () => {
    const fields = (count: number): string => `<field var='a'/>`.repeat(count);
    expect(read(fields(MAX_FORM_FIELDS)).field('b')).toBeUndefined();
    expect(() => read(fields(MAX_FORM_FIELDS + 1)).fields).toThrow(StanzaValueError);
    expect(() => read(`<item>${fields(MAX_FORM_FIELDS + 1)}</item>`).items).toThrow('at most 1000 of them, got "1001"');
    expect(() => read(`<reported>${fields(MAX_FORM_FIELDS + 1)}</reported>`).reported).toThrow(StanzaValueError);
    expect(() => read(fields(MAX_FORM_FIELDS + 1)).fields).toThrow('<field/>: expected at most 1000 of them');
  });

  it('counts what is its own alone', () => {
    const foreign = `<field xmlns='urn:example:other'/><title/>`.repeat(MAX_FORM_FIELDS + 1);
    expect(read(`<field var='a'><desc/></field>${foreign}`).fields.length).toBe(1);
    const descriptions = `<field var='a'>${'<desc/>'.repeat(MAX_FORM_VALUES + 1)}</field>`;
    expect(read(descriptions).fields.length).toBe(1);
    const rows = `<item>${`<field var='a'/>`.repeat(600)}</item>`;
    expect(read(rows.repeat(2)).items.length).toBe(2);
  });

  it('takes columns, and gives them up', () => {
    const form = read('');
    form.reported = new Reported({ fields: [new FormField({ var: 'a' })] });
    expect(form.reported?.fields.at(0)?.var).toBe('a');
    form.reported = undefined;
    expect(form.xml.firstElement).toBeUndefined();
  });

  it('refuses too many values, wherever they are', () => {
    const values = (count: number): string => `<field var='a'>${'<value/>'.repeat(count)}</field>`;
    const half = values(MAX_FORM_VALUES / 2);
    expect(read(`${half}<item>${half}</item>`).fields.length).toBe(1);
    const form = read(`${half}<item>${half}</item><item>${values(1)}</item>`);
    expect(() => form.fields).toThrow('<value/>: expected at most 10000 of them, got "10001"');
    expect(() => form.formType).toThrow(StanzaValueError);
    expect(form.type).toBe('form');
  });
});

describe('FormField.typed', () => {
  const typed = (type: string, ...values: string[]): unknown =>
    read(`<field var='a' type='${type}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`).field(
      'a',
    )?.typed.value;

  it.each([
    ['boolean', ['1'], true],
    ['boolean', ['false'], false],
    ['boolean', [], false],
    ['fixed', ['a', 'b'], 'a\nb'],
    ['hidden', ['a', 'b'], ['a', 'b']],
    ['list-multi', ['a', 'b'], ['a', 'b']],
    ['list-single', ['a'], 'a'],
    ['list-single', [], undefined],
    ['text-multi', ['a', '', 'b'], 'a\n\nb'],
    ['text-private', ['a'], 'a'],
    ['text-single', ['a'], 'a'],
    ['jid-single', [''], undefined],
  ])('reads %s %j as %j', (type, values, expected) => {
    expect(typed(type, ...values)).toEqual(expected);
  });

  it('reads addresses, each once', () => {
    expect(typed('jid-single', 'Bob@Example.net')).toEqual(JID.parse('bob@example.net'));
    expect(typed('jid-multi', 'bob@example.net', 'BOB@example.net', 'eve@example.net')).toEqual([
      JID.parse('BOB@example.net'),
      JID.parse('eve@example.net'),
    ]);
  });

  it('says what is not of the type, and hides nothing else of a form for it', () => {
    const form = read(
      `<field var='a' type='boolean'><value>perhaps</value></field><field var='b' type='jid-single'><value>@</value></field>
       <field var='c' type='jid-multi'><value>bob@example.net</value><value>@</value></field>
       <field var='d' type='jid-multi'/><field var='e' type='boolean'/><field var='f'><value>x</value></field>`,
    );
    expect([...form.fields].map((field) => field.typed)).toEqual([
      { type: 'boolean', value: undefined, malformed: ['perhaps'] },
      { type: 'jid-single', value: undefined, malformed: ['@'] },
      { type: 'jid-multi', value: [JID.parse('bob@example.net')], malformed: ['@'] },
      { type: 'jid-multi', value: [], malformed: [] },
      { type: 'boolean', value: false, malformed: [] },
      { type: 'text-single', value: 'x' },
    ]);
  });
});

describe('Message.form', () => {
  it('is the form of a message', () => {
    const message = new Message({ to: JID.parse('bob@example.net') });
    message.form = new Form({ type: 'cancel' });
    expectXml(message.xml, `<message to='bob@example.net'><x xmlns='${NS_DATA}' type='cancel'/></message>`);
    expect(message.form?.type).toBe('cancel');
    message.form = undefined;
    expect(message.xml.firstElement).toBeUndefined();
  });
});
