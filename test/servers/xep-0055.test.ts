import { type Iq, parseStanza } from '@sestina/core';
import { formType, single } from '@sestina/xep-0004';
import { NS_SEARCH, Search, type SearchResults } from '@sestina/xep-0055';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const People = formType(NS_SEARCH, { nick: single('nick'), city: single('x-city') });

const found = async (results: SearchResults): Promise<string[]> => {
  const jids: string[] = [];
  for await (const { jid } of results) jids.push(jid.full);
  return jids;
};

describe('the directory of ejabberd', () => {
  const bench = useServer({ kind: 'ejabberd' });

  it('finds who has a card, and nobody else', async () => {
    const [romeo, juliet] = await Promise.all([bench.online(), bench.online()]);
    const card = `<iq type='set' id='v1'><vCard xmlns='vcard-temp'><NICKNAME>Wherefore</NICKNAME></vCard></iq>`;
    await romeo.request(parseStanza(card) as Iq);
    const search = juliet.use(Search);
    expect(`${await search.service()}`).toBe(bench.server.hosts.search);
    const { form } = await search.form(bench.server.hosts.search);
    expect(form?.field('nick')).toBeDefined();
    const results = search.search(bench.server.hosts.search, { nick: 'Wherefore' });
    await expect.poll(() => found(results), { timeout: 10_000 }).toEqual([romeo.account.full]);
    expect([results.complete, results.skipped]).toEqual([true, 0]);
    expect(await found(search.search(bench.server.hosts.search, { nick: 'Nobody' }))).toEqual([]);
  });
});

describe.each(KINDS)('a directory of a component with %s', (kind) => {
  const bench = useServer({ kind });

  it('is found, and searched', async () => {
    const [domain = ''] = bench.server.component.domains;
    const component = bench.component({ jid: domain });
    component.use(Search).serve({
      form: People.form(),
      *find(query, { from }) {
        for (let i = 0; i < 200; i++)
          yield { jid: `user${i}@${domain}`, fields: { nick: query.get('nick'), 'x-city': from.bare.full } };
      },
    });
    await component.connect();
    const client = await bench.online();
    const results = client.use(Search).search(domain, { nick: 'ro' });
    const rows: string[] = [];
    for await (const { fields } of results) rows.push(`${fields.get('nick')} ${fields.get('x-city')}`);
    expect([rows.length, new Set(rows), results.complete]).toEqual([100, new Set([`ro ${client.account}`]), false]);
  });
});
