import { MemoryStorage } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { WorkRecords } from '../src/index.js';
import { ids, left, message, rejection, useJournals } from './helpers.js';

const journaled = useJournals();

describe('a page of the journal', () => {
  it('holds sixty-four stanzas, and is written alone where nothing came to the others', async () => {
    const started = await journaled();
    const { journal, storage } = started;
    const take = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, id) => journal.take(message(started, id))));
    const [first] = await take(64);
    expect(storage.count('set')).toBe(1);
    await take(1);
    expect([storage.count('set'), (await storage.keys('')).length]).toEqual([2, 2]);
    first?.dispose();
    await take(1);
    expect(storage.count('set')).toBe(3);
    await journal.idle();
    expect(storage.count('set')).toBe(4);
    await started.stream.clock.advance(10_000);
    await journal.idle();
    expect(storage.count('set')).toBe(4);
  });

  it('that has room is gone on with where another one is empty', async () => {
    const started = await journaled();
    const { journal, storage } = started;
    const all = await Promise.all(Array.from({ length: 65 }, (_, id) => journal.take(message(started, id))));
    for (const entry of all.slice(0, 64)) entry.dispose();
    await journal.idle();
    await journal.take(message(started, 'last'));
    expect([(await storage.keys('')).length, await left(storage)]).toEqual([1, ['64', 'last']]);
  });

  it('that is being deleted takes nothing in', async () => {
    const started = await journaled();
    const { journal, storage, stream } = started;
    const entry = await journal.take(message(started, 1));
    Object.assign(storage, { at: 1, fault: 'hang-then-write' });
    entry.dispose();
    await stream.clock.advance(100);
    await stream.idle();
    const taken = journal.take(message(started, 2));
    for (const go of storage.release) go();
    await taken;
    await journal.idle();
    expect(await left(storage)).toEqual(['2']);
  });

  it('that is full keeps nobody waiting who came to the next one during a write', async () => {
    const started = await journaled();
    const { journal, storage, stream } = started;
    await Promise.all(Array.from({ length: 64 }, (_, id) => journal.take(message(started, id))));
    Object.assign(storage, { at: 1, fault: 'hang-then-write' });
    const all = [journal.take(message(started, 'a'))];
    await stream.idle();
    all.push(journal.take(message(started, 'b')));
    for (const go of storage.release) go();
    await Promise.all(all);
    expect(await left(storage)).toHaveLength(66);
  });
});

describe('while a write is under way', () => {
  it('nothing else is written, and nobody is told that all is stored', async () => {
    const started = await journaled();
    const { journal, storage, stream } = started;
    const entry = await journal.take(message(started, 1));
    Object.assign(storage, { at: 1, fault: 'hang-then-write' });
    const taken = journal.take(message(started, 2));
    await stream.idle();
    entry.dispose();
    let isIdle = false;
    const idle = journal.idle().then(() => {
      isIdle = true;
    });
    await stream.clock.advance(1_000);
    await stream.idle();
    expect([isIdle, storage.count('set')]).toEqual([false, 2]);
    for (const go of storage.release) go();
    await Promise.all([taken, idle]);
    expect(await left(storage)).toEqual(['2']);
  });

  it('that does not end, waiting for all to be stored ends in time', async () => {
    const started = await journaled(undefined, { timeout: 1_000, linger: 0 });
    const { journal, storage, stream } = started;
    Object.assign(storage, { at: 0, fault: 'hang-then-write' });
    const taken = rejection(journal.take(message(started, 1)));
    await stream.idle();
    const idle = rejection(journal.idle());
    await stream.clock.advance(1_000);
    expect(await idle).toMatchObject({
      code: 'ERR_TIMEOUT',
      timeout: 1_000,
      message: expect.stringContaining('the journal'),
    });
    expect(await taken).toMatchObject({ code: 'ERR_TIMEOUT', message: expect.stringContaining('the journal') });
    for (const go of storage.release) go();
    await journal.idle();
    expect(await storage.keys('')).toEqual([]);
  });
});

describe('records', () => {
  it('are by process, the oldest first', async () => {
    const first = await journaled(undefined, { process: 'w2' });
    const { storage } = first;
    const names = ['w10', 'w1', 'w2'];
    for (const process of names) {
      const each = await journaled(storage, { process });
      for (const id of [1, 2, 3]) {
        await each.stream.clock.advance(process === 'w1' ? 1_000 : 10);
        await each.journal.take(message(each, `${process} ${id}`));
      }
    }
    await first.stream.clock.advance(1_015);
    await first.journal.take(message(first, 'first'));
    const records = new WorkRecords(storage);
    expect(await records.processes()).toEqual(['w1', 'w10', 'w2']);
    expect(ids((await records.of('w1')).entries)).toEqual(['w1 1', 'w1 2', 'w1 3']);
    expect(ids((await records.of('w2')).entries)).toEqual(['w2 1', 'w2 2', 'w2 3', 'first']);
    expect(ids((await records.of('w')).entries)).toEqual([]);
  });

  it('are of a page that was taken out meanwhile none', async () => {
    class Late extends MemoryStorage {
      override async keys(): Promise<string[]> {
        return ['work/w1/run/1'];
      }
    }
    expect((await new WorkRecords(new Late()).of('w1')).entries).toEqual([]);
  });

  it('are no proxy of Vue', async () => {
    expect(new WorkRecords(new MemoryStorage()).__v_skip).toBe(true);
  });
});
