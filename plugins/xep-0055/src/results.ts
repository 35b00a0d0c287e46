import { JID } from '@sestina/core';
import { SEARCH_FIELDS, type SearchField, type SearchQuery } from './stanza.js';

/** Somebody who was found. All of it is what somebody says of themselves. */
export interface SearchResult {
  readonly jid: JID;
  /** What is told of them, by the names of the columns or of the fields; the address is not among it. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/** What one page of results holds. */
export interface ResultPage {
  readonly results: readonly SearchResult[];
  /** Rows that name nobody. */
  readonly skipped: number;
  /** How many there are in all, where the service says it. */
  readonly count: number | undefined;
  /** Where the next page begins; undefined where there is none. */
  readonly last: string | undefined;
}

/** Reads an answer: rows of a form, or items. */
export function pageOf(answer: SearchQuery): ResultPage {
  const { form, items, resultSet } = answer;
  const rows = form
    ? [...form.items].map((row) => ({ jid: row.field('jid')?.value, fields: valuesIn(row.fields) }))
    : [...items].map((item) => ({ jid: item.jid?.full, fields: plainIn(item) }));
  const results = rows.flatMap(({ jid, fields }) => {
    const address = jid === undefined ? undefined : JID.tryParse(jid.trim());
    return address ? [{ jid: address, fields }] : [];
  });
  return {
    results,
    skipped: rows.length - results.length,
    count: resultSet?.count,
    last: rows.length > 0 ? resultSet?.last : undefined,
  };
}

function valuesIn(fields: Iterable<{ readonly var: string | undefined; readonly values: Iterable<string> }>) {
  const found = new Map<string, readonly string[]>();
  for (const { var: name, values } of fields) if (name !== undefined && name !== 'jid') found.set(name, [...values]);
  return found;
}

function plainIn(item: { readonly [K in SearchField]: string | undefined }): ReadonlyMap<string, readonly string[]> {
  return new Map(SEARCH_FIELDS.flatMap((name) => (item[name] === undefined ? [] : [[name, [item[name]]] as const])));
}
