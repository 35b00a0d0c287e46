import { MemoryStorage, XmlElement } from '@sestina/core';
import { MemorySecrets } from '@sestina/core/storage';
import { describe, expect, it } from 'vitest';
import { KeptSession, type KeptStanza } from '../src/kept-session.js';
import { ManagedSession } from '../src/managed-session.js';
import { WRAP } from '../src/stanza.js';

const stanza = (id: string): KeptStanza => ({
  element: new XmlElement('message', 'jabber:client', { id }),
  at: 1_000,
});

function stores() {
  const [storage, secrets] = [new MemoryStorage(), new MemorySecrets()];
  return { storage, secrets, open: () => new KeptSession(storage, secrets, 'a/') };
}

const idsOf = (stanzas: readonly KeptStanza[] = []) => stanzas.map(({ element }) => element.attribute('id'));

describe('what is kept of a session', () => {
  it('goes over the end of a counter of 32 bits, in either direction', async () => {
    const { open } = stores();
    const kept = open();
    await kept.begin('a@x/p', 'id', 300);
    await kept.handled(WRAP - 1);
    await kept.acked(WRAP - 3);
    await kept.add(WRAP - 2, [stanza('a')]);
    await kept.add(WRAP - 1, [stanza('b'), stanza('c')]);
    await kept.add(1, [stanza('d')]);
    const found = await open().load();
    expect(found).toMatchObject({ jid: 'a@x/p', id: 'id', max: 300, handled: WRAP - 1, acked: WRAP - 3, older: [] });
    expect(idsOf(found?.stanzas)).toEqual(['a', 'b', 'c', 'd']);
    const session = ManagedSession.of(found as NonNullable<typeof found>);
    expect([session.unacked.sent, session.handled, session.unhandled]).toEqual([1, WRAP - 1, 0]);
    session.arrives();
    expect([session.handled, session.unhandled]).toEqual([WRAP - 1, 1]);
    session.handles();
    // It comes again all the same, until the server is told to resume behind it.
    expect([session.handled, session.unhandled]).toEqual([0, 1]);
    session.resumes();
    expect([session.handled, session.unhandled]).toEqual([0, 0]);
    expect(session.unacked.ack(0)).toBe(3);
    await kept.acked(0);
    expect(idsOf((await open().load())?.stanzas)).toEqual(['d']);
  });

  it('is of stanzas that take the place of others which were never written', async () => {
    const { open } = stores();
    const kept = open();
    await kept.begin('a@x/p', 'id', undefined);
    await kept.add(1, [stanza('a'), stanza('b'), stanza('c')]);
    await kept.add(4, [stanza('d')]);
    // The second was given up before it was written.
    await kept.add(2, [stanza('c'), stanza('d')]);
    expect(idsOf((await open().load())?.stanzas)).toEqual(['a', 'c', 'd']);
  });

  it('tells of stanzas of the session before, once', async () => {
    const { open, storage, secrets } = stores();
    const kept = open();
    await kept.begin('a@x/p', 'id', undefined);
    await kept.add(1, [stanza('a'), stanza('b')]);
    // Killed between the secret and the rest of the next session.
    await secrets.set('a/session', 'other');
    const torn = await open().load();
    expect(torn).toMatchObject({ id: undefined });
    expect(idsOf(torn?.stanzas)).toEqual(['a', 'b']);
    // And between its head and the end of the stanzas of the old one.
    const [key = ''] = await storage.keys('a/out/');
    const old = (await storage.get(key)) ?? '';
    await kept.begin('a@x/p', 'other', undefined);
    await storage.set(key, old);
    const next = open();
    expect(idsOf((await next.load())?.older)).toEqual(['a', 'b']);
    await next.handled(1);
    expect(await open().load()).toMatchObject({ id: 'other', handled: 1, older: [], stanzas: [] });
  });

  it('leaves nothing behind of a write that was cut off', async () => {
    const { open, storage } = stores();
    const kept = open();
    await kept.begin('a@x/p', 'id', undefined);
    await kept.add(1, [stanza('a')]);
    await kept.add(2, [stanza('b')]);
    const [key = ''] = (await storage.keys('a/out/')).sort().slice(1);
    await storage.set(key, ((await storage.get(key)) ?? '').slice(0, 20));
    const next = open();
    expect(await next.load()).toMatchObject({ id: undefined });
    await next.begin('a@x/p', 'other', undefined);
    expect(await storage.keys('a/out/')).toEqual([]);
    await next.clear();
    expect(await storage.keys('')).toEqual([]);
  });

  it('tries what failed again with the next that is written', async () => {
    const { open, storage } = stores();
    const kept = open();
    await kept.begin('a@x/p', 'id', undefined);
    await kept.add(1, [stanza('a')]);
    storage.batch = () => Promise.reject(new Error('full'));
    await expect(kept.clear()).rejects.toThrow('full');
    expect(await storage.keys('a/')).toHaveLength(2);
    storage.batch = MemoryStorage.prototype.batch;
    await kept.begin('a@x/p', 'other', undefined);
    expect(await storage.keys('a/')).toEqual(['a/session']);
    expect(await open().load()).toMatchObject({ id: 'other', stanzas: [], older: [] });
  });

  it('keeps what resumes a session that begins while the one before is being forgotten', async () => {
    const { open, secrets } = stores();
    const kept = open();
    await kept.begin('a@x/p', 'id', undefined);
    await Promise.all([kept.clear(), kept.begin('a@x/p', 'other', undefined)]);
    expect(await secrets.get('a/session')).toBe('other');
    expect(await open().load()).toMatchObject({ id: 'other' });
  });

  it('is nothing where there is nothing, or all of it was cleared', async () => {
    const { open, storage, secrets } = stores();
    expect(await open().load()).toBeUndefined();
    const kept = open();
    await kept.begin('a@x/p', 'id', undefined);
    await kept.add(1, [stanza('a')]);
    await kept.clear();
    expect([await storage.keys(''), await secrets.get('a/session')]).toEqual([[], undefined]);
    expect(await open().load()).toBeUndefined();
  });

  it('goes segment by segment, as its last stanza is counted, and is written under its number', async () => {
    const { open, storage } = stores();
    const kept = open();
    await kept.begin('a@x/p', 'id', undefined);
    await kept.add(1, [stanza('a'), stanza('b')]);
    await kept.add(3, [stanza('c')]);
    expect((await storage.keys('a/out/')).sort()).toEqual(['a/out/0000000001', 'a/out/0000000003']);
    await kept.acked(1);
    expect(idsOf((await open().load())?.stanzas)).toEqual(['b', 'c']);
    expect(await storage.keys('a/out/')).toHaveLength(2);
    await kept.acked(2);
    expect(await storage.keys('a/out/')).toEqual(['a/out/0000000003']);
    await kept.acked(3);
    expect(await storage.keys('a/out/')).toEqual([]);
  });

  it('is not whole where a stanza is missing, or cannot be read: then nobody goes on with it', async () => {
    for (const harm of [(text: string) => text.replace('message', 'mess<age'), (text: string) => text]) {
      const { open, storage } = stores();
      const kept = open();
      await kept.begin('a@x/p', 'id', undefined);
      await kept.add(1, [stanza('a')]);
      await kept.add(2, [stanza('b')]);
      await kept.add(3, [stanza('c')]);
      const second = (await storage.get('a/out/0000000002')) ?? '';
      const torn = harm(second);
      if (torn === second) await storage.delete('a/out/0000000002');
      else await storage.set('a/out/0000000002', torn);
      const found = await open().load();
      expect(found?.id).toBeUndefined();
      expect(idsOf(found?.stanzas)).toEqual(['a', 'c']);
    }
  });

  it('is numbered anew, in one turn, or is nothing then', async () => {
    const { open, storage } = stores();
    const kept = open();
    await kept.begin('a@x/p', 'id', undefined);
    await kept.add(1, [stanza('a'), stanza('b')]);
    await kept.acked(9);
    await kept.renumber(10, [stanza('b')]);
    expect(idsOf((await open().load())?.stanzas)).toEqual(['b']);
    await kept.renumber(10, []);
    expect([await storage.keys('a/out/'), (await open().load())?.stanzas]).toEqual([[], []]);
  });

  it('is written again only where something has changed', async () => {
    const { open, storage } = stores();
    const batches: number[] = [];
    const batch = storage.batch.bind(storage);
    storage.batch = (changes) => {
      batches.push([...changes].length);
      return batch(changes);
    };
    const kept = open();
    await kept.handled(5);
    await kept.acked(5);
    expect([batches, await open().load()]).toEqual([[], undefined]);
    await kept.begin('a@x/p', 'id', undefined);
    await kept.handled(1);
    await kept.handled(1);
    expect(batches).toEqual([1, 1]);
    // What changes while something is written goes together.
    const all = [kept.handled(2), kept.handled(3), kept.add(1, [stanza('a')])];
    await Promise.all(all);
    expect(batches.slice(2)).toEqual([2]);
    await kept.clear();
    expect([await storage.keys('a/'), await open().load()]).toEqual([[], undefined]);
  });
});
