import type { Audience, JID } from '@sestina/core';
import type { Form } from '@sestina/xep-0004';

/** Somebody who is found. */
export interface DirectoryEntry {
  readonly jid: JID | string;
  /** By the names of the form's fields. */
  readonly fields?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
}

/** Who searches. */
export interface Searcher {
  /** As the server has stamped it. Leave out those who block this one. */
  readonly from: JID;
  /** Aborts where nobody waits any more. */
  readonly signal: AbortSignal;
}

/** What has a directory: what one can search by, and who is found. */
export interface DirectoryProvider {
  /** Of type `form`, made by `formType('jabber:iq:search', { … }).form()`. Those who know no forms get those of its fields that they know. */
  readonly form: Form;
  /**
   * Looks for entries.
   * @param query What was filled in, by field: texts of a stranger, in which nothing means more than itself.
   */
  find(
    query: ReadonlyMap<string, string>,
    searcher: Searcher,
  ): AsyncIterable<DirectoryEntry> | Iterable<DirectoryEntry>;
}

/** Where a directory is served, and for whom. */
export interface DirectoryOptions {
  /**
   * One of our addresses.
   * @default all
   */
  readonly place?: JID | string | undefined;
  /**
   * Who may search. All others are answered as if nobody could.
   * @default 'everybody'
   */
  readonly answer?: Audience | undefined;
  /**
   * Entries of one answer. Where there are more, it says so.
   * @default 100
   */
  readonly maxResults?: number | undefined;
}
