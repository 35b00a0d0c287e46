import { dateTime, int, JID, jid, StanzaValueError } from '@sestina/core';
import { expectXml, parseXml } from '@sestina/testing';
import { block, choice, choices, Form, formType, jids, multi, NS_DATA, single, toggle } from '@sestina/xep-0004';
import { describe, expect, it } from 'vitest';

const Bot = formType('jabber:bot', {
  name: single('botname').required(),
  description: block('description'),
  public: toggle('public').default(false),
  password: single('password').as('text-private'),
  features: choices('features', 'news', 'search', 'polls'),
  limit: single('maxsubs', int(0, 100)),
  since: single('since', dateTime),
  owner: single('owner', jid),
  invited: jids('invitelist'),
  tags: multi('tags'),
  mood: choice('mood', 'good', 'bad'),
});

// XEP-0004 example 3, without the ad-hoc command around it.
const SUBMITTED = `<x xmlns='${NS_DATA}' type='submit'>
  <field type='hidden' var='FORM_TYPE'><value>jabber:bot</value></field>
  <field type='text-single' var='botname'><value>The Jabber Google Bot</value></field>
  <field type='text-multi' var='description'>
    <value>This bot enables you to send requests to</value>
    <value>Google and receive the search results right</value>
  </field>
  <field type='boolean' var='public'><value>0</value></field>
  <field type='list-multi' var='features'><value>news</value><value>search</value></field>
  <field type='list-single' var='maxsubs'><value>50</value></field>
  <field type='jid-multi' var='invitelist'>
    <value>juliet@capulet.com</value>
    <value>benvolio@montague.net</value>
  </field>
</x>`;

describe('formType', () => {
  it('reads a submission', () => {
    const bot = Bot.of(new Form(parseXml(SUBMITTED)));
    expect([bot.name, bot.public, bot.limit, bot.features, bot.tags, bot.mood, bot.owner]).toEqual([
      'The Jabber Google Bot',
      false,
      50,
      ['news', 'search'],
      [],
      undefined,
      undefined,
    ]);
    expect(bot.description).toContain('requests to\nGoogle');
    expect(bot.invited.map(String)).toEqual(['juliet@capulet.com', 'benvolio@montague.net']);
  });

  it('writes a submission', () => {
    const form = Bot.submit({
      name: 'Bot',
      description: 'two\nlines',
      public: true,
      password: 'secret',
      features: ['polls'],
      limit: 7,
      since: new Date(0),
      owner: 'Romeo@montague.net',
      invited: [JID.parse('a@b.example'), 'c@d.example'],
    });
    expectXml(
      form.xml,
      `<x xmlns='${NS_DATA}' type='submit'>
        <field var='FORM_TYPE' type='hidden'><value>jabber:bot</value></field>
        <field var='botname'><value>Bot</value></field>
        <field var='description' type='text-multi'><value>two</value><value>lines</value></field>
        <field var='public' type='boolean'><value>1</value></field>
        <field var='password' type='text-private'><value>secret</value></field>
        <field var='features' type='list-multi'><value>polls</value></field>
        <field var='maxsubs'><value>7</value></field>
        <field var='since'><value>1970-01-01T00:00:00Z</value></field>
        <field var='owner' type='jid-single'><value>romeo@montague.net</value></field>
        <field var='invitelist' type='jid-multi'><value>a@b.example</value><value>c@d.example</value></field>
      </x>`,
    );
    const read = Bot.of(new Form(parseXml(form.toString())));
    expect([read.name, read.owner?.full, read.since]).toEqual(['Bot', 'romeo@montague.net', new Date(0)]);
  });

  it('is live in both directions', () => {
    const form = new Form(parseXml(SUBMITTED));
    const bot = Bot.of(form);
    bot.limit = 9;
    bot.invited = [];
    bot.description = undefined;
    expect(form.field('maxsubs')?.values).toEqual(['9']);
    expect(form.field('invitelist')?.values).toEqual([]);
    bot.limit = undefined;
    bot.limit = undefined;
    expect([form.field('maxsubs'), bot.limit]).toEqual([undefined, undefined]);
    bot.description = 'a\r\nb\rc';
    expect([bot.description, form.field('description')?.values]).toEqual(['a\nb\nc', ['a', 'b', 'c']]);
    expect(Object.keys(bot)).toEqual(Object.keys(Bot.fields));
  });

  it('refuses a value on the access to it, and no other', () => {
    const bot = Bot.of(
      new Form(
        parseXml(`<x xmlns='${NS_DATA}' type='submit'>
          <field var='FORM_TYPE'><value>jabber:bot</value></field>
          <field var='maxsubs'><value>1e9</value></field>
          <field var='features'><value>news</value><value>world domination</value></field>
          <field var='tags'><value>a</value></field>
        </x>`),
      ),
    );
    expect(bot.tags).toEqual(['a']);
    expect(() => bot.limit).toThrow('field "maxsubs": expected an integer from 0 to 100, got "1e9"');
    expect(() => bot.features).toThrow(StanzaValueError);
    expect(() => bot.name).toThrow('field "botname": expected text, got nothing');
  });

  it('refuses to write what cannot be written', () => {
    expect(() => Bot.submit({ name: 'x', limit: 101 })).toThrow(TypeError);
    expect(() => Bot.submit({ name: 'x', nothing: 1 } as never)).toThrow('no field "nothing"');
  });

  it('refuses a form about something else', () => {
    const other = new Form({ type: 'submit' });
    expect(() => Bot.of(other)).toThrow(StanzaValueError);
    expect(Bot.tryOf(other)).toBeUndefined();
    expect(Bot.tryOf(undefined)).toBeUndefined();
    expect(Bot.tryOf(new Form(parseXml(SUBMITTED)))?.limit).toBe(50);
  });

  it('keeps what a field is through whatever is said of it', () => {
    const fields = [
      single('a').as('text-private').required(),
      single('a').required().as('text-private'),
      single('a').as('text-private').default('x'),
      single('a').as('text-private').lenient(),
      single('a').default('x').as('text-private'),
    ];
    expect(fields.map(({ spec }) => spec.type)).toEqual(fields.map(() => 'text-private'));
    const empty = new Form({ type: 'submit' }).xml;
    for (const required of fields.slice(0, 2)) expect(() => required.get(empty)).toThrow('expected text, got nothing');
    expect(fields.slice(2).map((field) => field.get(empty))).toEqual(['x', undefined, 'x']);
  });

  it('shows the labels, types and further choices that a form is given', () => {
    const Small = formType('urn:small', { mood: choice('mood', 'good', 'bad'), note: single('note') });
    const form = Small.form(
      {},
      { instructions: ['One', 'Two'], fields: { mood: { options: { odd: 'Odd' } }, note: { type: 'text-private' } } },
    );
    expect([form.title, form.instructions, form.field('note')?.type]).toEqual([
      undefined,
      ['One', 'Two'],
      'text-private',
    ]);
    expect([...(form.field('mood')?.options ?? [])].map(({ label, value }) => [label, value])).toEqual([
      [undefined, 'good'],
      [undefined, 'bad'],
      ['Odd', 'odd'],
    ]);
    expect([...form.fields].map(({ required }) => required)).toEqual([false, false, false]);
  });

  it('reads yes and no however they are written', () => {
    const { on } = formType('urn:t', { on: toggle('on') }).fields;
    const read = (value: string) =>
      on.get(parseXml(`<x xmlns='${NS_DATA}' type='submit'><field var='on'><value>${value}</value></field></x>`));
    expect(['1', 'true', ' 0 ', 'false'].map(read)).toEqual([true, true, false, false]);
    expect(() => read('yes')).toThrow('field "on": expected a boolean, got "yes"');
  });

  it('reads several values with a codec, and addresses each once', () => {
    const Many = formType('urn:m', { numbers: multi('numbers', int()), who: jids('who') });
    const form = Many.submit({ numbers: [1, 2], who: ['a@b.example', 'A@b.example'] });
    expect(form.field('numbers')?.type).toBe('text-multi');
    const many = Many.of(form);
    expect([many.numbers, many.who.map(String)]).toEqual([[1, 2], ['a@b.example']]);
    many.numbers = undefined as never;
    expect(many.numbers).toEqual([]);
    form.field('numbers')?.xml.append(parseXml(`<value xmlns='${NS_DATA}'>x</value>`));
    expect(() => many.numbers).toThrow('field "numbers": expected an integer, got "x"');
  });

  it('makes a form to be filled in', () => {
    const Small = formType('urn:small', {
      mood: choice('mood', 'good', 'bad'),
      on: toggle('on'),
      who: jids('who'),
    });
    const form = Small.form(
      { on: true },
      {
        title: 'Small',
        instructions: 'Fill in',
        fields: { mood: { label: 'Mood', required: true, options: { good: 'Good' } }, who: { desc: 'Addresses' } },
      },
    );
    expectXml(
      form.xml,
      `<x xmlns='${NS_DATA}' type='form'>
        <title>Small</title><instructions>Fill in</instructions>
        <field var='FORM_TYPE' type='hidden'><value>urn:small</value></field>
        <field var='mood' type='list-single' label='Mood'>
          <required/><option label='Good'><value>good</value></option><option><value>bad</value></option>
        </field>
        <field var='on' type='boolean'><value>1</value></field>
        <field var='who' type='jid-multi'><desc>Addresses</desc></field>
      </x>`,
    );
  });

  it('makes a result', () => {
    expect(Bot.result({ name: 'x' }).type).toBe('result');
  });

  it('writes yes and no as words in a result, which others hash', () => {
    const Room = formType('urn:r', { open: toggle('open'), shut: toggle('shut') });
    const values = { open: true, shut: false };
    const raw = (form: Form) => [form.field('open')?.value, form.field('shut')?.value];
    expect([raw(Room.result(values)), raw(Room.submit(values)), raw(Room.form(values))]).toEqual([
      ['true', 'false'],
      ['1', '0'],
      ['1', '0'],
    ]);
    expect(Room.of(Room.result(values))).toMatchObject(values);
  });

  it('reads leniently where it is told to', () => {
    const Lenient = formType('urn:l', { n: single('n', int()).lenient().default(3) });
    const form = Lenient.submit();
    form.fields.add(
      new Form(parseXml(`<x xmlns='${NS_DATA}'><field var='n'><value>x</value></field></x>`)).field('n') as never,
    );
    expect(Lenient.of(form).n).toBe(3);
  });

  it('has types', () => {
    const bot = Bot.of(Bot.submit({ name: 'x' }));
    const mood: 'bad' | 'good' | undefined = bot.mood;
    const name: string = bot.name;
    const invited: readonly JID[] = bot.invited;
    // @ts-expect-error the name is required
    Bot.submit({ limit: 1 });
    // @ts-expect-error a limit is a number
    expect(() => Bot.submit({ name: 'x', limit: '1' })).toThrow(TypeError);
    expect([mood, name, invited]).toEqual([undefined, 'x', []]);
  });
});
