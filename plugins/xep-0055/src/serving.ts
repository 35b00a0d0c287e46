import { type BaseXMPP, type Iq, JID, type Registration, StanzaError } from '@sestina/core';
import { AddressNodeMap } from '@sestina/core/handlers';
import { RateLimiter, within } from '@sestina/core/util';
import { Form, FormField, FormItem, Reported, requireAnswer } from '@sestina/xep-0004';
import { ResultSet } from '@sestina/xep-0059';
import type { DirectoryEntry, DirectoryOptions, DirectoryProvider } from './directory.js';
import type { SearchOptions } from './options.js';
import { NS_SEARCH, SEARCH_FIELDS, SearchItem, SearchQuery } from './stanza.js';

const MINUTE = 60_000;
const TIMEOUT = 30_000;
// Characters of an answer: a server ends the stream of who sends a stanza that is too large for it.
const MAX_SIZE = 131_072;

interface Served {
  readonly provider: DirectoryProvider;
  readonly options: DirectoryOptions;
}

/** Directories that others may search. */
export class Serving {
  readonly #xmpp: BaseXMPP;
  readonly #lifetime: AbortSignal;
  readonly #served = new AddressNodeMap<Served>();
  readonly #searches: RateLimiter;

  constructor(xmpp: BaseXMPP, { searchesPerMinute }: SearchOptions, lifetime: AbortSignal) {
    this.#xmpp = xmpp;
    this.#lifetime = lifetime;
    this.#searches = new RateLimiter(xmpp.clock, { perKey: searchesPerMinute, window: MINUTE });
  }

  add(provider: DirectoryProvider, options: DirectoryOptions): Registration {
    return this.#served.add({ jid: options.place }, { provider, options });
  }

  /** What one can search by. */
  async get({ from, to }: Iq): Promise<SearchQuery> {
    const { provider } = await this.#asked(from, to);
    const query = new SearchQuery({ instructions: [...provider.form.instructions].join('\n') || undefined });
    for (const name of SEARCH_FIELDS) if (provider.form.field(name)) query[name] = '';
    query.form = provider.form.copy();
    return query;
  }

  /** Who is found. */
  async set(query: SearchQuery, { from, to }: Iq): Promise<SearchQuery> {
    const { provider, options } = await this.#asked(from, to);
    const searcher = from ?? this.#xmpp.account;
    if (this.#searches.take(searcher.bare.full) > 0)
      throw new StanzaError('resource-constraint', { text: 'too many searches: wait a minute' });
    const { form } = query;
    if (form) requireAnswer(provider.form, form);
    const wanted = termsOf(query, provider.form);
    const answer = new Answer(provider.form, form !== undefined);
    const work = async (signal: AbortSignal): Promise<void> => {
      for await (const entry of provider.find(wanted, { from: searcher, signal })) {
        signal.throwIfAborted();
        if (!answer.add(entry, options.maxResults ?? 100)) return;
      }
    };
    await within(this.#xmpp.clock, work, {
      ...{ what: 'a search in our directory', timeout: TIMEOUT, signal: this.#lifetime, background: true },
    });
    return answer.query;
  }

  async #asked(from: JID | undefined, to: JID | undefined): Promise<Served> {
    for (const [served] of this.#served.levels(to, undefined)) {
      if (served && (await this.#xmpp.admits(served.options.answer ?? 'everybody', from, to))) return served;
    }
    throw new StanzaError('service-unavailable');
  }
}

function termsOf(query: SearchQuery, form: Form): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { var: name, type } of form.fields) {
    if (name === undefined || type === 'hidden' || type === 'fixed') continue;
    const value = query.form ? query.form.field(name)?.values.join('\n') : plain(query, name);
    if (value) found.set(name, value);
  }
  return found;
}

function plain(query: SearchQuery, name: string): string | undefined {
  for (const each of SEARCH_FIELDS) if (each === name) return query[each];
  return undefined;
}

/** An answer that grows up to its bounds. */
class Answer {
  readonly #form: Form;
  readonly #isForm: boolean;
  readonly #fields: readonly FormField[];
  readonly #rows: (FormItem | SearchItem)[] = []; // bound: `max` entries, MAX_SIZE characters
  #size = 0;
  #full = false;

  constructor(form: Form, isForm: boolean) {
    this.#form = form;
    this.#isForm = isForm;
    this.#fields = [...form.fields].filter(({ var: name, type }) => name && type !== 'hidden' && type !== 'fixed');
  }

  /** Takes one more; false where there is no room for it, which the answer then says. */
  add({ jid, fields = {} }: DirectoryEntry, max: number): boolean {
    const address = JID.from(jid);
    const values = this.#fields.map(({ var: name = '' }) => [name, textsOf(fields[name])] as const);
    const row = this.#isForm ? tableRow(address, values) : plainRow(address, values);
    this.#size += row.toString().length;
    this.#full = this.#rows.length >= max || this.#size > MAX_SIZE;
    if (!this.#full) this.#rows.push(row);
    return !this.#full;
  }

  /** Nobody is found by an empty query (§2.2). */
  get query(): SearchQuery {
    const query = new SearchQuery();
    if (this.#rows.length === 0) return query;
    if (this.#isForm) query.form = this.#table();
    else for (const row of this.#rows) query.items.add(row as SearchItem);
    if (this.#full) query.resultSet = new ResultSet({ count: this.#rows.length + 1 });
    return query;
  }

  #table(): Form {
    const columns = this.#fields.map(({ var: name, label, type }) => new FormField({ var: name, label, type }));
    const reported = new Reported({ fields: [...columns, new FormField({ var: 'jid', type: 'jid-single' })] });
    const table = new Form({ type: 'result' });
    const formType = this.#form.formType ?? NS_SEARCH;
    table.fields.add(new FormField({ var: 'FORM_TYPE', type: 'hidden', values: [formType] }));
    table.reported = reported;
    for (const row of this.#rows) table.items.add(row as FormItem);
    return table;
  }
}

type Values = readonly (readonly [name: string, values: readonly string[]])[];

function tableRow(jid: JID, values: Values): FormItem {
  const fields = values.map(([name, texts]) => new FormField({ var: name, values: texts }));
  return new FormItem({ fields: [...fields, new FormField({ var: 'jid', values: [jid.full] })] });
}

function plainRow(jid: JID, values: Values): SearchItem {
  const item = new SearchItem({ jid });
  for (const [name, [text]] of values) {
    for (const each of SEARCH_FIELDS) if (each === name && text !== undefined) item[each] = text;
  }
  return item;
}

function textsOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
