import { ConfigError, dateTime, JID } from '@sestina/core';
import { Form, FormField } from '@sestina/xep-0004';
import { NS_MAM } from './stanza.js';

/** Which messages of which archive. */
export interface ArchiveFilter {
  /**
   * Whose archive: a room's, for example.
   * @default that of our account
   */
  readonly archive?: JID | string | undefined;
  /** Only what was said to or by that one; a bare address stands for all of its resources. */
  readonly with?: JID | string | undefined;
  /** Only what was said then or later. Of several messages with the same time you may get all: this is no place to go on at. */
  readonly start?: Date | undefined;
  /** Only what was said then or before. */
  readonly end?: Date | undefined;
  /** Only what is behind the message that the archive calls so. */
  readonly afterId?: string | undefined;
  /** Only what is before the message that the archive calls so. */
  readonly beforeId?: string | undefined;
  /** Only the messages that the archive calls so. Needs an archive with `urn:xmpp:mam:2#extended`. */
  readonly ids?: readonly string[] | undefined;
  /** Only what has these words. Needs an archive whose form has a field for it. */
  readonly text?: string | undefined;
  /**
   * Whether our own archive gives messages of rooms, too, where it can tell.
   * @default false
   */
  readonly groupchat?: boolean | undefined;
  /** Further fields of the archive's form; `fields()` has those that there are. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** What a page is asked for with. */
export interface ArchivePageFilter extends ArchiveFilter {
  /**
   * Which end it begins at: with the oldest message, or the newest.
   * @default 'forward'
   */
  readonly direction?: 'backward' | 'forward' | undefined;
  /**
   * Messages that are asked for at once. Archives give as many as they like: 20 to 50 most often.
   * @default 50
   */
  readonly pageSize?: number | undefined;
  /**
   * Whether the messages of the page come newest first (XEP-0313 §4.3.4), so that they can be shown from the bottom as they come. They
   * are the same ones. Needs an archive with `urn:xmpp:mam:2#extended`.
   * @default false
   */
  readonly flip?: boolean | undefined;
}

/** What all messages are asked for with. */
export interface ArchiveQueryFilter extends Omit<ArchivePageFilter, 'flip'> {
  /** Messages at most. More than 1,000 have to be asked for with a signal. */
  readonly limit?: number | undefined;
  /**
   * Whether each message is handed to those who listen to the source `archive`, decrypted and described, before it is given here.
   * @default false
   */
  readonly deliver?: boolean | undefined;
}

const NAMES: ReadonlySet<string> = new Set([
  ...['archive', 'with', 'start', 'end', 'afterId', 'beforeId', 'ids', 'text', 'groupchat', 'fields'],
  ...['direction', 'pageSize'],
]);
const QUERY_NAMES: ReadonlySet<string> = new Set(['limit', 'deliver']);
const PAGE_NAMES: ReadonlySet<string> = new Set(['flip']);

/** @throws ConfigError for what is no part of a filter, or cannot be: a typing mistake would ask for the whole archive. */
export function checkFilter(filter: ArchivePageFilter | ArchiveQueryFilter, of: 'page' | 'query'): void {
  const more = of === 'page' ? PAGE_NAMES : QUERY_NAMES;
  for (const name of Object.keys(filter)) {
    if (!NAMES.has(name) && !more.has(name))
      throw new ConfigError(`there is no "${name}" in a filter of an archive`, name);
  }
  const { start, end, ids, pageSize = 50, direction = 'forward' } = filter;
  for (const [name, date] of Object.entries({ start, end })) {
    if (date !== undefined && Number.isNaN(date.getTime())) throw new ConfigError(`${name} is no date`, name);
  }
  if (!(Number.isSafeInteger(pageSize) && pageSize >= 1)) {
    throw new ConfigError(`pageSize is a whole number from 1, got ${pageSize}`, 'pageSize');
  }
  if (direction !== 'forward' && direction !== 'backward') {
    throw new ConfigError('direction is `forward` or `backward`', 'direction');
  }
  if (ids && (ids.length === 0 || filter.afterId !== undefined || filter.beforeId !== undefined)) {
    throw new ConfigError('ids are one or more, and stand without afterId and beforeId', 'ids');
  }
}

/** What a filter is, with what was found out about the archive. */
export interface FormParts {
  /** The field for words. */
  readonly textField: string | undefined;
  /** Whether to say if messages of rooms are wanted. */
  readonly saysGroupchat: boolean;
  /** Of the ids between which is asked, the one that is no place to begin at. */
  readonly bound: { readonly name: 'after-id' | 'before-id'; readonly id: string } | undefined;
}

/** The form of a query; undefined where nothing is filtered. */
export function formOf(filter: ArchiveFilter, { textField, saysGroupchat, bound }: FormParts): Form | undefined {
  const fields: [name: string, value: string | readonly string[]][] = [];
  if (filter.with !== undefined) fields.push(['with', JID.from(filter.with).full]);
  if (filter.start) fields.push(['start', dateTime.encode(filter.start)]);
  if (filter.end) fields.push(['end', dateTime.encode(filter.end)]);
  if (bound) fields.push([bound.name, bound.id]);
  if (filter.ids) fields.push(['ids', filter.ids]);
  if (saysGroupchat) fields.push(['include-groupchat', String(filter.groupchat ?? false)]);
  if (filter.text !== undefined && textField !== undefined) fields.push([textField, filter.text]);
  fields.push(...Object.entries(filter.fields ?? {}));
  if (fields.length === 0) return undefined;
  const form = new Form({ type: 'submit' });
  form.fields.add(new FormField({ var: 'FORM_TYPE', type: 'hidden', values: [NS_MAM] }));
  for (const [name, value] of fields) {
    form.fields.add(new FormField({ var: name, values: typeof value === 'string' ? [value] : value }));
  }
  return form;
}
