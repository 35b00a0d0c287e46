import { StanzaError } from '@sestina/core';
import { ResultSet } from './stanza.js';

/**
 * The part of our own list that somebody asks for, and what to say of it (XEP-0059 §2). Without a request it is the beginning.
 * @param items All of them, in their order.
 * @param uid What names an item; it has to stay the same.
 * @param limit Items at most, whatever is asked for.
 * @throws StanzaError `item-not-found` where the item behind or before which is asked is not there; `bad-request` where both are said.
 */
export function slice<T>(
  items: readonly T[],
  request: ResultSet | undefined,
  uid: (item: T) => string,
  limit = 100,
): { items: readonly T[]; set: ResultSet } {
  const max = Math.min(request?.max ?? limit, limit);
  const [start, end] = bounds(items, request, uid, max);
  const part = items.slice(start, end);
  const [first, last] = [part[0], part.at(-1)];
  const set = new ResultSet({ count: items.length });
  if (first !== undefined && last !== undefined) {
    set.set({ first: uid(first), last: uid(last), firstIndex: start });
  }
  return { items: part, set };
}

function bounds<T>(
  items: readonly T[],
  request: ResultSet | undefined,
  uid: (item: T) => string,
  max: number,
): [start: number, end: number] {
  const { before, after, index } = request ?? {};
  if (before !== undefined && after !== undefined) throw new StanzaError('bad-request');
  const place = (wanted: string): number => {
    const found = items.findIndex((item) => uid(item) === wanted);
    if (found < 0) throw new StanzaError('item-not-found');
    return found;
  };
  if (before !== undefined) {
    const end = before === '' ? items.length : place(before);
    return [Math.max(0, end - max), end];
  }
  const start = after === undefined ? (index ?? 0) : place(after) + 1;
  return [start, start + max];
}
