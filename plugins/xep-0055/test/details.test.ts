import { Iq, parseDocument } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { choice, Form, FormField, formType, multi, single } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { afterEach, describe, expect, it } from 'vitest';
import { type DirectoryEntry, type DirectoryOptions, NS_SEARCH, Search, SearchQuery } from '../src/index.js';
import { pageOf } from '../src/results.js';

const streams = useStreams(afterEach);
const SERVICE = 'users.example.org';
const JULIET = 'juliet@capulet.example/balcony';
const query = (inside: string): string => `<query xmlns='${NS_SEARCH}'>${inside}</query>`;
const rsm = (inside: string): string => `<set xmlns='http://jabber.org/protocol/rsm'>${inside}</set>`;
const field = (name: string, ...values: string[]): string =>
  `<field var='${name}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`;

describe('an answer', () => {
  const page = (inside: string) => pageOf(new SearchQuery(parseDocument(query(inside))));

  it('has of each what is told, and their address apart', () => {
    const row = `<item>${field('jid', ' a@b.example ')}${field('nick', 'x', 'y')}<field><value>z</value></field></item>`;
    const [result] = page(`<x xmlns='jabber:x:data' type='result'>${row}</x>`).results;
    expect([result?.jid.full, [...(result?.fields ?? [])]]).toEqual(['a@b.example', [['nick', ['x', 'y']]]]);
    const [plain] = page(`<item jid='a@b.example'><nick>x</nick></item>`).results;
    expect([...(plain?.fields ?? [])]).toEqual([['nick', ['x']]]);
  });

  it('without a row has no page behind it', () => {
    expect(page(rsm('<last>1</last><count>5</count>'))).toMatchObject({ last: undefined, count: 5 });
    expect(page(`<item jid='a@b.example'/>${rsm('<last>1</last>')}`)).toMatchObject({ last: '1', count: undefined });
  });
});

describe('searching', () => {
  async function client() {
    const stream = streams.keep(await ScriptedStream.start({ plugins: [Search] }));
    return { stream, search: stream.xmpp.plugin(Search) };
  }

  it.each([
    ['all of them', `<item/>${rsm('<last>2</last><count>2</count>')}`, true],
    ['no more than it has', rsm('<count>9</count>'), false],
    ['no number', rsm('<last>2</last>'), true],
  ])('asks for no more pages where an answer says %s', async (_what, more, complete) => {
    const { stream, search } = await client();
    const results = search.search(SERVICE, [['nick', 'a']]);
    const found: string[] = [];
    const all = (async () => {
      for await (const { jid } of results) found.push(jid.full);
    })();
    await stream.recvResult(await stream.nextSent(), query('<nick/>'));
    expect(results.complete).toBeUndefined();
    await stream.recvResult(await stream.nextSent(), query(`<item jid='a@b.example'/>${more}`));
    await all;
    expect([found, results.complete]).toEqual([['a@b.example'], complete]);
    await stream.expectNothingSent();
  });

  it('takes a form that is filled in already', async () => {
    const { stream, search } = await client();
    const form = formType(NS_SEARCH, { nick: single('nick') }).submit({ nick: 'ro' });
    const first = search.search(SERVICE, form)[Symbol.asyncIterator]().next();
    await stream.recvResult(
      await stream.expectSent(`<iq type='set' id='*' to='${SERVICE}'>${query(`${form}`)}</iq>`),
      query(''),
    );
    expect((await first).done).toBe(true);
  });

  it('says by which field one cannot, and what one can', async () => {
    const { stream, search } = await client();
    const first = search.search(SERVICE, { city: 'Verona' })[Symbol.asyncIterator]().next();
    const refused = expect(first).rejects.toMatchObject({ text: expect.stringContaining('city') });
    await stream.recvResult(await stream.nextSent(), query('<instructions>Whom?</instructions><nick/><email/>'));
    await refused;
    const asked = search.form(SERVICE);
    await stream.recvResult(await stream.nextSent(), query('<instructions>Whom?</instructions><nick/><email/>'));
    expect(await asked).toEqual({ instructions: 'Whom?', form: undefined, fields: ['nick', 'email'] });
  });

  it('is for somebody at least', async () => {
    const { search } = await client();
    for (const max of [0, -1, Number.NaN]) {
      expect(() => search.search(SERVICE, {}, { max })).toThrow(expect.objectContaining({ option: 'max' }));
    }
  });

  it('knows where the directory of our server is', async () => {
    for (const [features, found] of [
      [`<feature var='${NS_SEARCH}'/>`, 'example.org'],
      ['', undefined],
    ] as const) {
      const { stream, search } = await client();
      const service = search.service();
      await stream.recvResult(await stream.nextSent(), `<query xmlns='http://jabber.org/protocol/disco#items'/>`);
      await stream.recvResult(
        await stream.nextSent(),
        `<query xmlns='http://jabber.org/protocol/disco#info'>${features}</query>`,
      );
      expect((await service)?.full).toBe(found);
    }
  });
});

describe('a directory', () => {
  const People = formType('urn:example:people', {
    nick: single('nick').required(),
    city: multi('x-city'),
    kind: choice('kind', 'human', 'other'),
  });
  const form = People.form(
    {},
    { instructions: ['Whom?', 'One field will do.'], fields: { nick: { required: true, label: 'Nick' } } },
  );
  form.fields.add(new FormField({ var: 'note', type: 'fixed', values: ['Be kind'] }));

  async function directory(entries: Iterable<DirectoryEntry>, options: DirectoryOptions = {}) {
    const stream = streams.keep(await ScriptedStream.start({ kind: 'component', jid: SERVICE, plugins: [Search] }));
    const wanted: unknown[] = [];
    const find = (asked: ReadonlyMap<string, string>) => {
      wanted.push([...asked]);
      return entries;
    };
    stream.xmpp.plugin(Search).serve({ form, find }, options);
    const ask = async (inside: string, { to = SERVICE, type = 'set' } = {}) => {
      await stream.recv(`<iq type='${type}' id='s' from='${JULIET}' to='${to}'>${query(inside)}</iq>`);
      const iq = new Iq(await stream.nextSent());
      return { error: iq.error, query: iq.payload(SearchQuery) };
    };
    return { stream, ask, wanted };
  }
  const submit = (inside: string): string => `<x xmlns='jabber:x:data' type='submit'>${inside}</x>`;

  it('is told what was filled in, and nothing else', async () => {
    const { ask, wanted } = await directory([]);
    const more = field('FORM_TYPE', 'urn:example:people') + field('note', 'x') + field('kind', '');
    await ask(submit(field('nick', 'ro') + field('x-city', 'Verona', 'Mantua') + more));
    await ask('<nick>ro</nick><email/>');
    expect(wanted).toEqual([
      [
        ['nick', 'ro'],
        ['x-city', 'Verona\nMantua'],
      ],
      [['nick', 'ro']],
    ]);
  });

  it('is not asked where the form is not answered', async () => {
    const { ask, wanted } = await directory([]);
    const { error } = await ask(submit(field('kind', 'dragon')));
    expect([error?.condition, error?.text]).toEqual([
      'not-acceptable',
      'nick: has to be answered; kind: is not among the options',
    ]);
    expect(wanted).toEqual([]);
  });

  it('gives a table of its own kind, with the columns that are of any use', async () => {
    const entries = [
      { jid: 'a@example.org', fields: { nick: 'a', 'x-city': ['Verona', 'Mantua'] } },
      { jid: 'b@example.org' },
    ];
    const { ask } = await directory(entries);
    const { query: found } = await ask(submit(field('nick', 'ro')));
    const table = found?.form as Form;
    expect([table.type, table.formType, found?.resultSet]).toEqual(['result', 'urn:example:people', undefined]);
    expect([...(table.reported?.fields ?? [])].map(({ var: name, label, type }) => [name, label, type])).toEqual([
      ['nick', 'Nick', 'text-single'],
      ['x-city', undefined, 'text-multi'],
      ['kind', undefined, 'list-single'],
      ['jid', undefined, 'jid-single'],
    ]);
    const rows = [...table.items].map((row) => [...row.fields].map(({ var: name, values }) => [name, ...values]));
    expect(rows).toEqual([
      [['nick', 'a'], ['x-city', 'Verona', 'Mantua'], ['kind'], ['jid', 'a@example.org']],
      [['nick'], ['x-city'], ['kind'], ['jid', 'b@example.org']],
    ]);
    const plain = await ask('<nick>ro</nick>');
    expect(`${plain.query}`).toBe(query(`<item jid='a@example.org'><nick>a</nick></item><item jid='b@example.org'/>`));
  });

  it('gives a table of the search where its form is of no kind', async () => {
    const stream = streams.keep(await ScriptedStream.start({ kind: 'component', jid: SERVICE, plugins: [Search] }));
    const bare = new Form({ type: 'form' });
    bare.fields.add(new FormField({ var: 'nick', type: 'text-single' }));
    stream.xmpp.plugin(Search).serve({ form: bare, find: () => [{ jid: 'a@example.org' }] });
    await stream.recv(
      `<iq type='set' id='s' from='${JULIET}' to='${SERVICE}'>${query(submit(field('nick', 'a')))}</iq>`,
    );
    expect(new Iq(await stream.nextSent()).payload(SearchQuery)?.form?.formType).toBe(NS_SEARCH);
  });

  it('says what it is, at its place alone', async () => {
    const place = `people@${SERVICE}`;
    const { stream, ask } = await directory([], { place });
    const { query: asked } = await ask('', { to: place, type: 'get' });
    expect(asked?.instructions).toBe('Whom?\nOne field will do.');
    expect((await ask('', { type: 'get' })).error?.condition).toBe('service-unavailable');
    const disco = stream.xmpp.plugin(ServiceDiscovery);
    const told = await Promise.all(
      [place, SERVICE].map((to) => disco.ownInfo({ to: asked && stream.xmpp.message({ to }).to })),
    );
    expect(told.map((info) => [info.has(NS_SEARCH), info.identity('directory', 'user')?.name])).toEqual([
      [true, 'User search'],
      [false, undefined],
    ]);
  });

  it('says why it does not answer any more, and keeps no process alive', async () => {
    const { stream, ask } = await directory([]);
    for (let i = 0; i < 10; i++) await ask('<nick>ro</nick>');
    expect((await ask('<nick>ro</nick>')).error?.text).toBe('too many searches: wait a minute');
    const silent = streams.keep(await ScriptedStream.start({ kind: 'component', jid: SERVICE, plugins: [Search] }));
    silent.xmpp.plugin(Search).serve({
      form,
      async *find() {
        await new Promise(() => {});
      },
    });
    await silent.recv(`<iq type='set' id='s' from='${JULIET}' to='${SERVICE}'>${query('<nick>a</nick>')}</iq>`);
    expect(silent.clock.pending.every(({ background }) => background)).toBe(true);
    await silent.clock.advance(30_000);
    expect(silent.errors[0]?.error.message).toContain('a search in our directory');
    expect(stream.errors).toEqual([]);
  });

  it('has a form, and a bound', async () => {
    const { stream } = await directory([]);
    const search = stream.xmpp.plugin(Search);
    const find = () => [];
    expect(() => search.serve({ form: {} as Form, find })).toThrow(expect.objectContaining({ option: 'form' }));
    for (const maxResults of [0, 1.5, -1]) {
      expect(() => search.serve({ form, find }, { maxResults })).toThrow(
        expect.objectContaining({ option: 'maxResults' }),
      );
    }
  });
});
