import { LegacyBookmarks, LegacyConference, LegacyUrl } from '@sestina/xep-0048';
import { Bookmarks } from '@sestina/xep-0402';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('old bookmarks with %s', (kind) => {
  const bench = useServer({ kind });

  it.each(['private', 'pep'] as const)('in %s storage are changed, and none of them is lost', async (storage) => {
    const client = await bench.online();
    const bookmarks = client.use(LegacyBookmarks, { storage });
    expect(await bookmarks.all()).toEqual([]);
    await bookmarks.update((list) => {
      list.conferences.add(new LegacyConference({ jid: 'a@rooms.example', name: 'A', autojoin: true, nick: 'Al' }));
      list.urls.add(new LegacyUrl({ name: 'Home', url: 'https://example.org/' }));
    });
    await Promise.all([
      bookmarks.update((list) => list.conferences.add(new LegacyConference({ jid: 'b@rooms.example', name: 'B' }))),
      bookmarks.update((list) => list.find('a@rooms.example')?.set({ nick: 'Bo' })),
    ]);
    const all = await bookmarks.all();
    expect(all.map(({ room, name, nick, autojoin }) => [room?.full, name, nick, autojoin])).toEqual([
      ['a@rooms.example', 'A', 'Bo', true],
      ['b@rooms.example', 'B', undefined, false],
    ]);
    const list = await bookmarks.update(() => {});
    // Prosody makes newer bookmarks of them, which have rooms alone.
    expect(list.urls.at(0)?.url).toBe(kind === 'prosody' ? undefined : 'https://example.org/');
    // What is there already is not copied: Prosody shows both kinds of program the same.
    const newer = client.use(Bookmarks, { autojoin: false });
    await expect.poll(() => newer.ready, { timeout: 30_000 }).toBe(true);
    expect(await bookmarks.copyTo(newer)).toBe(kind === 'prosody' ? 0 : 2);
    expect(await bookmarks.copyTo(newer)).toBe(0);
    expect([...newer.all.keys()].sort()).toEqual(['a@rooms.example', 'b@rooms.example']);
  });
});
