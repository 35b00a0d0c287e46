import { type AddressNode, BaseXMPP, ConfigError, JID, Plugin, Registration, StanzaError } from '@sestina/core';
import { disposeAll } from '@sestina/core/connection';
import { Form, type FormAnswers, fillIn } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { ResultSet } from '@sestina/xep-0059';
import type { DirectoryOptions, DirectoryProvider } from './directory.js';
import { checkOptions, type SearchForOptions, SearchOptions, type SearchRequestOptions } from './options.js';
import { pageOf, type ResultPage } from './results.js';
import { SearchResults } from './search-results.js';
import { Serving } from './serving.js';
import { NS_SEARCH, SEARCH_FIELDS, type SearchField, SearchQuery } from './stanza.js';

/** What one can search by. */
export interface SearchForm {
  /** For people. */
  readonly instructions: string | undefined;
  /** A form, where there is one: it takes the place of the fields. */
  readonly form: Form | undefined;
  readonly fields: readonly SearchField[];
}

/** XEP-0055: Jabber Search, version 1.3. Searches directories of people, and lets others search in ours. */
export class Search extends Plugin {
  static override readonly id = 'xep-0055';
  static override readonly Options = SearchOptions;
  static override readonly inject = [BaseXMPP, SearchOptions, ServiceDiscovery] as const;
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #serving: Serving;

  /** @throws ConfigError for an option that cannot be meant. */
  constructor(xmpp: BaseXMPP, options: SearchOptions, disco: ServiceDiscovery) {
    super();
    checkOptions(options);
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#serving = new Serving(xmpp, options, this.lifetime);
    this.own(
      xmpp.onIq('get', SearchQuery, (_query, iq) => this.#serving.get(iq)),
      xmpp.onIq('set', SearchQuery, (query, iq) => this.#serving.set(query, iq)),
    );
  }

  /** The directory of our server; undefined where it has none. @throws what `ServiceDiscovery.find()` throws. */
  service(options: SearchRequestOptions = {}): Promise<JID | undefined> {
    return this.untilRemoved(options.signal, async (signal) => {
      const [found] = await this.#disco.find(this.#xmpp.serverDomain, NS_SEARCH, { ...options, signal });
      return found?.jid;
    });
  }

  /** What one can search by. @throws what `request()` of the connection throws. */
  form(service: JID | string, options: SearchRequestOptions = {}): Promise<SearchForm> {
    return this.untilRemoved(options.signal, async (signal) => {
      const ask = { ...options, answer: SearchQuery, signal };
      const query = (await this.#xmpp.iqGet(JID.from(service), new SearchQuery(), ask)).compact();
      const fields = SEARCH_FIELDS.filter((name) => query[name] !== undefined);
      return { instructions: query.instructions, form: query.form, fields };
    });
  }

  /**
   * Searches. What one can search by is asked before, once somebody is wanted; further pages, where there are some, as they are wanted.
   * @param query What is looked for, by field, as it stands: wild cards are those of the service. Or the form, filled in.
   * @throws StanzaError `not-acceptable` for fields that the service does not have; what `request()` of the connection throws.
   */
  search(service: JID | string, query: Form | FormAnswers, options: SearchForOptions = {}): SearchResults {
    const { max = 1_000, ...request } = options;
    if (!(max > 0)) throw new ConfigError(`max is a positive number, got ${max}`, 'max');
    const jid = JID.from(service);
    let asked: SearchQuery | undefined;
    return new SearchResults(async (after) => {
      asked ??= answerTo(query instanceof Form ? undefined : await this.form(jid, request), query);
      return this.#page(jid, asked, after, request);
    }, max);
  }

  #page(
    service: JID,
    asked: SearchQuery,
    after: string | undefined,
    options: SearchRequestOptions,
  ): Promise<ResultPage> {
    return this.untilRemoved(options.signal, async (signal) => {
      const query = asked.copy();
      if (after !== undefined) query.resultSet = new ResultSet({ after });
      return pageOf((await this.#xmpp.iqSet(service, query, { ...options, answer: SearchQuery, signal })).compact());
    });
  }

  /**
   * Lets others search in a directory of ours, until the registration is disposed of.
   * @throws ConfigError for a form or a bound that cannot be meant; JidError for a place that is no address.
   */
  serve(provider: DirectoryProvider, options: DirectoryOptions = {}): Registration {
    const { place, maxResults = 100 } = options;
    if (!(provider.form instanceof Form)) throw new ConfigError('a directory has a form to search by', 'form');
    if (!(Number.isSafeInteger(maxResults) && maxResults > 0))
      throw new ConfigError(`maxResults is a positive whole number, got ${maxResults}`, 'maxResults');
    const at: AddressNode = { jid: place };
    const parts = [
      this.#serving.add(provider, options),
      this.#disco.addIdentity({ category: 'directory', type: 'user', name: 'User search' }, at),
      this.#disco.addFeature(NS_SEARCH, at),
    ];
    return this.own(new Registration(() => disposeAll(parts)));
  }
}

/** The question: a form where there is one, else the fields that the service knows. */
function answerTo(asked: SearchForm | undefined, query: Form | FormAnswers): SearchQuery {
  if (query instanceof Form) return new SearchQuery({ form: query });
  if (asked?.form) return new SearchQuery({ form: fillIn(asked.form, query) });
  const answer = new SearchQuery();
  const pairs = (Symbol.iterator in query ? query : Object.entries(query)) as Iterable<readonly [string, unknown]>;
  for (const [name, value] of pairs) {
    const field = asked?.fields.find((each) => each === name);
    if (!field) throw new StanzaError('not-acceptable', { text: `the directory cannot be searched by ${name}` });
    answer[field] = String(value);
  }
  return answer;
}
