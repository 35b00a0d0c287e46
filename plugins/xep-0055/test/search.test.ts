import { Iq, type XmlElement } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { formType, single } from '@sestina/xep-0004';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type DirectoryEntry,
  type DirectoryOptions,
  NS_SEARCH,
  Search,
  SearchQuery,
  type SearchResults,
} from '../src/index.js';

const streams = useStreams(afterEach);
const SERVICE = 'users.example.org';
const JULIET = 'juliet@capulet.example/balcony';
const People = formType(NS_SEARCH, { nick: single('nick'), city: single('x-city') });
const query = (inside: string): string => `<query xmlns='${NS_SEARCH}'>${inside}</query>`;

async function client() {
  const stream = streams.keep(await ScriptedStream.start({ plugins: [Search] }));
  return { stream, search: stream.xmpp.plugin(Search) };
}

async function names(results: SearchResults): Promise<string[]> {
  const found: string[] = [];
  for await (const { jid, fields } of results) found.push(`${jid} ${fields.get('nick')?.join() ?? ''}`.trim());
  return found;
}

describe('searching', () => {
  it('asks what one can search by, then for who is found, and counts rows that name nobody', async () => {
    const { stream, search } = await client();
    const results = search.search(SERVICE, { nick: 'ro*' });
    await stream.expectNothingSent();
    const found = names(results);
    await stream.recvResult(
      await stream.expectSent(`<iq type='get' id='*' to='${SERVICE}'>${query('')}</iq>`),
      query('<nick/><email/>'),
    );
    await stream.recvResult(
      await stream.expectSent(`<iq type='set' id='*' to='${SERVICE}'>${query('<nick>ro*</nick>')}</iq>`),
      query(`<item jid='romeo@montague.example'><nick>Ro</nick></item><item><nick>No</nick></item><item jid='@'/>`),
    );
    expect(await found).toEqual(['romeo@montague.example Ro']);
    expect([results.skipped, results.complete]).toEqual([2, true]);
  });

  it('fills in a form where there is one, and reads its table', async () => {
    const { stream, search } = await client();
    const found = names(search.search(SERVICE, { nick: 'ro' }));
    await stream.recvResult(await stream.nextSent(), `${query(`<nick/>${People.form()}`)}`);
    const request = await stream.nextSent();
    expect([...(request.firstElement?.elements() ?? [])].map(({ name }) => name)).toEqual(['x']);
    const row = (fields: string): string => `<item>${fields}</item>`;
    const field = (name: string, value: string): string => `<field var='${name}'><value>${value}</value></field>`;
    await stream.recvResult(
      request,
      query(
        `<x xmlns='jabber:x:data' type='result'>${row(field('jid', 'romeo@montague.example') + field('nick', 'Ro'))}${row(field('nick', 'No'))}</x>`,
      ),
    );
    expect(await found).toEqual(['romeo@montague.example Ro']);
  });

  it('turns pages where there are some, as far as they are wanted', async () => {
    const { stream, search } = await client();
    const results = search.search(SERVICE, { nick: 'a' }, { max: 3 });
    const found = names(results);
    await stream.recvResult(await stream.nextSent(), query('<nick/>'));
    const page = (first: number): string =>
      query(
        `<item jid='a${first}@b.example'/><item jid='a${first + 1}@b.example'/>
          <set xmlns='http://jabber.org/protocol/rsm'><last>${first + 1}</last><count>9</count></set>`,
      );
    await stream.recvResult(await stream.nextSent(), page(1));
    const next: XmlElement = await stream.nextSent();
    expect(next.toString()).toContain('<after>2</after>');
    await stream.recvResult(next, page(3));
    expect(await found).toEqual(['a1@b.example', 'a2@b.example', 'a3@b.example']);
    expect(results.complete).toBe(false);
    await stream.expectNothingSent();
  });

  it('ends where a service says the same again, and where nobody is found', async () => {
    const { stream, search } = await client();
    const found = names(search.search(SERVICE, { nick: 'a' }));
    await stream.recvResult(await stream.nextSent(), query('<nick/>'));
    const same = query(
      `<item jid='a@b.example'/><set xmlns='http://jabber.org/protocol/rsm'><last>1</last><count>9</count></set>`,
    );
    await stream.recvResult(await stream.nextSent(), same);
    await stream.recvResult(await stream.nextSent(), same);
    expect((await found).length).toBe(2);
    const none = search.search(SERVICE, { nick: 'a' });
    const nobody = names(none);
    await stream.recvResult(await stream.nextSent(), query('<nick/>'));
    await stream.recvResult(await stream.nextSent(), query(''));
    expect([await nobody, none.complete]).toEqual([[], true]);
  });

  it('end where a service goes on for ever with rows that name nobody', async () => {
    const { stream, search } = await client();
    const results = search.search(SERVICE, { nick: 'a' }, { max: 3 });
    const found = names(results);
    await stream.recvResult(await stream.nextSent(), query('<nick/>'));
    for (let page = 0; page < 4; page++) {
      await stream.recvResult(
        await stream.nextSent(),
        query(`<item/><set xmlns='http://jabber.org/protocol/rsm'><last>${page}</last><count>99999</count></set>`),
      );
    }
    expect([await found, results.complete, results.skipped]).toEqual([[], false, 4]);
    await stream.expectNothingSent();
  });

  it('says by what one cannot search', async () => {
    const { stream, search } = await client();
    const found = expect(names(search.search(SERVICE, { city: 'Verona' }))).rejects.toMatchObject({
      condition: 'not-acceptable',
    });
    await stream.recvResult(await stream.nextSent(), query('<nick/>'));
    await found;
    await stream.expectNothingSent();
  });
});

describe('a directory', () => {
  async function directory(
    entries: (query: ReadonlyMap<string, string>) => Iterable<DirectoryEntry>,
    options: DirectoryOptions = {},
  ) {
    const stream = streams.keep(await ScriptedStream.start({ kind: 'component', jid: SERVICE, plugins: [Search] }));
    const registration = stream.xmpp.plugin(Search).serve(
      {
        form: People.form({}, { instructions: 'Whom?' }),
        find: (wanted) => entries(wanted),
      },
      options,
    );
    let count = 0;
    const ask = async (type: 'get' | 'set', inside = '', from = JULIET) => {
      count += 1;
      await stream.recv(`<iq type='${type}' id='s${count}' from='${from}' to='${SERVICE}'>${query(inside)}</iq>`);
      const iq = new Iq(await stream.nextSent());
      return { error: iq.error?.condition, query: iq.payload(SearchQuery) };
    };
    return { stream, ask, registration };
  }
  const everybody = (count: number) => (wanted: ReadonlyMap<string, string>) =>
    Array.from({ length: count }, (_, index) => ({
      jid: `user${index}@example.org`,
      fields: { nick: `${wanted.get('nick')}${index}`, 'x-city': 'Verona' },
    }));
  const submit = `<x xmlns='jabber:x:data' type='submit'><field var='nick'><value>ro</value></field></x>`;

  it('is searched by a form or by fields, with the same outcome', async () => {
    const { ask } = await directory(everybody(2));
    const { query: asked } = await ask('get');
    expect([asked?.instructions, asked?.nick, asked?.email, asked?.form?.formType]).toEqual([
      'Whom?',
      '',
      undefined,
      NS_SEARCH,
    ]);
    const plain = await ask('set', '<nick>ro</nick>');
    expect([...(plain.query?.items ?? [])].map(({ jid, nick }) => `${jid} ${nick}`)).toEqual([
      'user0@example.org ro0',
      'user1@example.org ro1',
    ]);
    const table = await ask('set', submit);
    const rows = People.rows(table.query?.form as never);
    expect(rows.map(({ nick, city }) => [nick, city])).toEqual([
      ['ro0', 'Verona'],
      ['ro1', 'Verona'],
    ]);
    expect([...(table.query?.form?.reported?.fields ?? [])].map(({ var: name }) => name)).toEqual([
      'nick',
      'x-city',
      'jid',
    ]);
  });

  it('gives a hundred of five thousand, and says that there are more', async () => {
    const { ask } = await directory(everybody(5_000));
    for (const inside of ['<nick>ro</nick>', submit]) {
      const { query: found } = await ask('set', inside);
      expect([(found?.items.length ?? 0) + (found?.form?.items.length ?? 0), found?.resultSet?.count]).toEqual([
        100, 101,
      ]);
    }
  });

  it('gives no more than fits into a stanza', async () => {
    const { ask } = await directory(() =>
      Array.from({ length: 50 }, (_, i) => ({ jid: `u${i}@example.org`, fields: { nick: 'x'.repeat(20_000) } })),
    );
    const { query: found } = await ask('set', '<nick>ro</nick>');
    expect(found?.items.length).toBeLessThan(7);
    expect(found?.resultSet?.count).toBe((found?.items.length ?? 0) + 1);
  });

  it('says nothing where nobody is found', async () => {
    const { ask } = await directory(() => []);
    expect((await ask('set', '<nick>ro</nick>')).query?.toString()).toBe(`<query xmlns='${NS_SEARCH}'/>`);
    expect((await ask('set', submit)).query?.toString()).toBe(`<query xmlns='${NS_SEARCH}'/>`);
  });

  it('is for whom it says, and for each of them ten times a minute', async () => {
    const { ask, stream, registration } = await directory(everybody(1), {
      answer: (from) => from?.domain === 'capulet.example',
    });
    expect((await ask('get', '', 'eve@evil.example/x')).error).toBe('service-unavailable');
    for (let i = 0; i < 10; i++) expect((await ask('set', '<nick>ro</nick>')).error).toBeUndefined();
    expect((await ask('set', '<nick>ro</nick>')).error).toBe('resource-constraint');
    expect((await ask('set', '<nick>ro</nick>', 'nurse@capulet.example/x')).error).toBeUndefined();
    await stream.clock.advance(60_001);
    expect((await ask('set', '<nick>ro</nick>')).error).toBeUndefined();
    registration.dispose();
    expect((await ask('get')).error).toBe('service-unavailable');
  });

  it('that never answers is waited for half a minute, and told when nobody waits', async () => {
    const stream = streams.keep(await ScriptedStream.start({ kind: 'component', jid: SERVICE, plugins: [Search] }));
    let aborted = false;
    stream.xmpp.plugin(Search).serve({
      form: People.form(),
      async *find(_query, { signal }) {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        await new Promise(() => {});
        yield { jid: 'a@b.example' };
      },
    });
    await stream.recv(`<iq type='set' id='s1' from='${JULIET}' to='${SERVICE}'>${query('<nick>a</nick>')}</iq>`);
    await stream.clock.advance(30_001);
    expect([new Iq(await stream.nextSent()).error?.condition, aborted]).toEqual(['internal-server-error', true]);
  });
});
