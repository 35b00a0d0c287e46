import { ConfigError, StanzaError } from '@sestina/core';
import { Cursors } from './cursors.js';
import { PageGoneError, PagingError } from './errors.js';
import { ResultSet } from './stanza.js';

/** A part of a list, in the order of the list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** What the answer says of it; undefined where it says nothing, and has everything. */
  readonly set?: ResultSet | undefined;
  /**
   * Whether there is nothing behind it.
   * @default not known: the page behind the last one is empty
   */
  readonly complete?: boolean | undefined;
}

/** Options of `pages()`. */
export interface PagesOptions {
  /**
   * Oldest first, or newest first.
   * @default 'forward'
   */
  readonly direction?: 'backward' | 'forward' | undefined;
  /**
   * Items that are asked for at once. Who has the list may give fewer.
   * @default 50
   */
  readonly pageSize?: number | undefined;
  /**
   * Items at most.
   * @default Infinity
   */
  readonly limit?: number | undefined;
  /**
   * Pages at most: more of them throw.
   * @default 100_000
   */
  readonly maxPages?: number | undefined;
  /**
   * The UID of the item behind which it begins, or before which, backwards.
   * @default an end of the list
   */
  readonly from?: string | undefined;
  /** Ends it with its reason, before the next page is asked for. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The items of a list that is given in pages, one after the other; backwards the last one comes first, over pages and within them.
 * A page is asked for when the items before it have been taken, so that leaving the loop asks for no more.
 * @param fetch Asks for a page.
 * @throws PageGoneError: the item where it was to go on is gone. PagingError: pages repeat themselves, or do not end. ConfigError for
 *   an option that cannot work. What `fetch` throws, and the signal's reason.
 */
export async function* pages<T>(
  fetch: (set: ResultSet) => Promise<Page<T>>,
  options: PagesOptions = {},
): AsyncGenerator<T, void, undefined> {
  const { direction = 'forward', pageSize = 50, limit = Number.POSITIVE_INFINITY, maxPages = 100_000 } = options;
  atLeastOne('pageSize', pageSize);
  atLeastOne('maxPages', maxPages);
  if (!(limit >= 0)) throw new ConfigError(`limit is a number from 0, got ${limit}`, 'limit');
  const isBackward = direction === 'backward';
  let cursor = options.from;
  const known = new Cursors(cursor);
  let left = limit;
  for (let asked = 1; left > 0; asked++) {
    if (asked > maxPages) throw new PagingError('too-many', maxPages);
    options.signal?.throwIfAborted();
    const set = new ResultSet({ max: Math.min(pageSize, left) });
    if (isBackward) set.before = cursor ?? '';
    else set.after = cursor;
    const page = await fetched(fetch, set, cursor);
    const count = page.items.length;
    for (let i = 0; i < count && left > 0; i++, left--) yield page.items[isBackward ? count - 1 - i : i] as T;
    if (count === 0 || page.complete || !page.set || left <= 0) return;
    cursor = isBackward ? page.set.first : page.set.last;
    if (cursor === undefined) throw new PagingError('no-cursor', asked);
    if (known.isKnown(cursor)) throw new PagingError('repeated', asked);
  }
}

async function fetched<T>(
  fetch: (set: ResultSet) => Promise<Page<T>>,
  set: ResultSet,
  cursor: string | undefined,
): Promise<Page<T>> {
  try {
    return await fetch(set);
  } catch (error) {
    if (cursor === undefined || !(error instanceof StanzaError) || error.condition !== 'item-not-found') throw error;
    throw new PageGoneError(cursor, { cause: error });
  }
}

function atLeastOne(option: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 1)) {
    throw new ConfigError(`${option} is a whole number from 1, got ${value}`, option);
  }
}
