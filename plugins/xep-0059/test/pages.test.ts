import { StanzaError } from '@sestina/core';
import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { type Page, PageGoneError, type PagesOptions, pages, ResultSet, slice } from '../src/index.js';

const UIDS = Array.from({ length: 120 }, (_, i) => `u${i}`);

/** Who has a list, and what was asked. */
function server(items: readonly string[], cap = 50, withComplete = true) {
  const asked: { max: number | undefined; after: string | undefined; before: string | undefined }[] = [];
  const fetch = async (set: ResultSet): Promise<Page<string>> => {
    const { max, after, before } = set;
    asked.push({ max, after, before });
    const { items: part, set: said } = slice(items, set, (item) => item, cap);
    const [edge] = before === undefined ? [items.at(-1)] : [items[0]];
    const complete = part.length === 0 || part.includes(edge as string);
    return { items: part, set: said, ...(withComplete && { complete }) };
  };
  return { asked, fetch };
}

async function all<T>(fetch: (set: ResultSet) => Promise<Page<T>>, options?: PagesOptions): Promise<T[]> {
  const found: T[] = [];
  for await (const item of pages(fetch, options)) found.push(item);
  return found;
}

describe('paging', () => {
  it('forward gives everything in order, page by page', async () => {
    const { asked, fetch } = server(UIDS);
    expect(await all(fetch)).toEqual(UIDS);
    expect(asked).toEqual([
      { max: 50, after: undefined, before: undefined },
      { max: 50, after: 'u49', before: undefined },
      { max: 50, after: 'u99', before: undefined },
    ]);
  });

  it('backward gives the last one first, over pages and within them', async () => {
    const { asked, fetch } = server(UIDS);
    expect(await all(fetch, { direction: 'backward' })).toEqual([...UIDS].reverse());
    expect(asked.map(({ before }) => before)).toEqual(['', 'u70', 'u20']);
  });

  it('goes on where a server gives fewer than were asked for, and ends at an empty page where nobody says that it is complete', async () => {
    const few = server(UIDS.slice(0, 10), 3);
    expect(await all(few.fetch)).toEqual(UIDS.slice(0, 10));
    expect(few.asked).toHaveLength(4);
    const silent = server(UIDS.slice(0, 100), 50, false);
    expect(await all(silent.fetch)).toEqual(UIDS.slice(0, 100));
    expect(silent.asked).toHaveLength(3);
  });

  it('asks for no more once the loop is left, or the limit reached', async () => {
    const { asked, fetch } = server(UIDS);
    for await (const item of pages(fetch)) if (item === 'u10') break;
    expect(asked).toHaveLength(1);
    asked.length = 0;
    expect(await all(fetch, { limit: 60 })).toEqual(UIDS.slice(0, 60));
    expect(asked.map(({ max }) => max)).toEqual([50, 10]);
    asked.length = 0;
    expect(await all(fetch, { limit: 50 })).toHaveLength(50);
    expect(await all(fetch, { limit: 0 })).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it('begins where it is told to, also at an item whose name is empty', async () => {
    const { fetch } = server(UIDS);
    expect(await all(fetch, { from: 'u117' })).toEqual(['u118', 'u119']);
    expect(await all(fetch, { from: 'u2', direction: 'backward' })).toEqual(['u1', 'u0']);
    const odd = server(['', 'a', 'b'], 1);
    expect(await all(odd.fetch)).toEqual(['', 'a', 'b']);
  });

  it('takes an answer without <set/> for everything: the server pages nothing', async () => {
    let asked = 0;
    const everything = await all(async () => {
      asked += 1;
      return { items: UIDS };
    });
    expect([everything, asked]).toEqual([UIDS, 1]);
  });

  it('holds for lists and pages of any size, in both directions', async () => {
    const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
    for (let round = 0; round < 40; round++) {
      const items = UIDS.slice(0, random.integer(120));
      const { fetch } = server(items, 1 + random.integer(20), random.integer(2) === 0);
      const options = { pageSize: 1 + random.integer(30), limit: random.integer(130) };
      const seed = `seed ${random.seed}, round ${round}`;
      expect(await all(fetch, options), seed).toEqual(items.slice(0, options.limit));
      const back = await all(fetch, { ...options, direction: 'backward' });
      expect(back, seed).toEqual([...items].reverse().slice(0, options.limit));
    }
  });

  it('over a million items keeps no list of where it was', async () => {
    let asked = 0;
    let count = 0;
    const fetch = async (): Promise<Page<number>> => {
      asked += 1;
      return { items: Array(500).fill(1), set: new ResultSet({ last: `c${asked}` }), complete: asked === 2_000 };
    };
    for await (const one of pages(fetch, { pageSize: 500 })) count += one;
    expect(count).toBe(1_000_000);
  });
});

describe('who answers so that it would never end', () => {
  it.each([
    [1, 'u3'],
    [2, 'u3'],
    [7, 'u3'],
  ])('with %i pages in a circle is found out', async (period) => {
    let asked = 0;
    const fetch = async (): Promise<Page<number>> => {
      asked += 1;
      const last = asked < 4 ? `start${asked}` : `again${asked % period}`;
      return { items: [1], set: new ResultSet({ first: last, last }) };
    };
    for (const direction of ['forward', 'backward'] as const) {
      asked = 0;
      await expect(all(fetch, { direction })).rejects.toMatchObject({ code: 'ERR_PAGING', reason: 'repeated' });
      expect(asked).toBeLessThan(4 * (period + 4));
    }
  });

  it('by giving again what lies before the beginning', async () => {
    const fetch = async (): Promise<Page<number>> => ({ items: [1], set: new ResultSet({ last: 'here' }) });
    await expect(all(fetch, { from: 'here' })).rejects.toMatchObject({ reason: 'repeated', pages: 1 });
  });

  it('with always another page is stopped', async () => {
    let asked = 0;
    const fetch = async (): Promise<Page<number>> => ({ items: [1], set: new ResultSet({ last: `${asked++}` }) });
    await expect(all(fetch, { maxPages: 20 })).rejects.toMatchObject({ reason: 'too-many', pages: 20 });
    expect(asked).toBe(20);
  });

  it('by not saying where a page ends', async () => {
    const fetch = async (): Promise<Page<number>> => ({ items: [1], set: new ResultSet({ count: 5 }) });
    await expect(all(fetch)).rejects.toMatchObject({ reason: 'no-cursor', pages: 1 });
  });
});

describe('what can go wrong', () => {
  it('is an item that is gone, which the error names', async () => {
    const { fetch } = server(UIDS);
    const error = await all(fetch, { from: 'gone' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PageGoneError);
    expect(error).toMatchObject({ uid: 'gone', code: 'ERR_PAGE_GONE', cause: expect.any(StanzaError) });
    const missing = (): Promise<Page<number>> => Promise.reject(new StanzaError('item-not-found'));
    // Nothing was named: it is the list that is not there.
    await expect(all(missing)).rejects.toBeInstanceOf(StanzaError);
    const forbidden = (): Promise<Page<number>> => Promise.reject(new StanzaError('forbidden'));
    await expect(all(forbidden, { from: 'u1' })).rejects.toMatchObject({ condition: 'forbidden' });
  });

  it('is a signal that aborts', async () => {
    const { asked, fetch } = server(UIDS);
    const stop = new AbortController();
    const work = (async () => {
      for await (const item of pages(fetch, { signal: stop.signal }))
        if (item === 'u49') stop.abort(new Error('enough'));
    })();
    await expect(work).rejects.toThrow('enough');
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['pageSize', 0],
    ['pageSize', Number.NaN],
    ['pageSize', 1.5],
    ['maxPages', 0],
    ['maxPages', Number.POSITIVE_INFINITY],
    ['limit', -1],
    ['limit', Number.NaN],
  ])('is %s of %s', async (option, value) => {
    await expect(all(server(UIDS).fetch, { [option]: value })).rejects.toMatchObject({ code: 'ERR_CONFIG', option });
  });
});
