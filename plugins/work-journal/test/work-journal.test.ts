import { ConfigError, type Registration } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { WorkJournal, WorkRecords } from '../src/index.js';
import { ids, left, message, rejection, useJournals } from './helpers.js';

const journaled = useJournals();

describe('the journal of work', () => {
  it('says what a process had in hand when it died: id, from, to and time, until another one clears it', async () => {
    const first = await journaled();
    await first.journal.take(message(first, 1));
    const done = await first.journal.take(message(first, 2));
    done.dispose();
    await first.journal.idle();
    const storage = await first.storage.survivor();
    const records = new WorkRecords(storage);
    expect(await records.processes()).toEqual(['w1']);
    const work = await records.of('w1');
    expect(work.entries).toEqual([
      { kind: 'message', id: '1', from: 'bob@example.net/x', to: 'a@bot.example.org', time: expect.any(Number) },
    ]);
    // Started again under the same name: what was left is not its own, and what is its own is not cleared.
    const second = await journaled(storage);
    await second.journal.take(message(second, 3));
    const behind = await second.journal.leftBehind();
    expect(ids(behind.entries)).toEqual(['1']);
    await behind.clear();
    expect(await left(storage)).toEqual(['3']);
    expect((await second.journal.leftBehind()).entries).toEqual([]);
  });

  it('has an entry before the work begins, and none once it is done or has failed', async () => {
    const { journal, storage, stream } = await journaled();
    const seen: unknown[] = [];
    stream.xmpp.on('message', (received) =>
      journal.run(received, async () => {
        seen.push(await left(storage));
        await received.reply('done').send();
      }),
    );
    await stream.recv("<message from='bob@example.net' to='a@bot.example.org' id='m1'><body>x</body></message>");
    await stream.idle();
    expect(seen).toEqual([['m1']]);
    await expect(journal.run(message({ stream }, 'm2'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await journal.idle();
    expect([journal.size, await storage.keys('')]).toEqual([0, []]);
  });

  it('writes together what comes together, and what is done together', async () => {
    const started = await journaled();
    const { journal, storage } = started;
    const taken = await Promise.all(Array.from({ length: 600 }, (_, id) => journal.take(message(started, id))));
    expect(storage.count('set')).toBe(10);
    expect(await left(storage)).toHaveLength(600);
    for (const entry of taken) entry.dispose();
    expect(await left(storage)).toHaveLength(600);
    await journal.idle();
    expect(storage.count('set') + storage.count('delete')).toBe(20);
    expect(await storage.keys('')).toEqual([]);
  });

  it('writes what comes during a write together too', async () => {
    const started = await journaled();
    const { journal, storage, stream } = started;
    Object.assign(storage, { at: 0, fault: 'hang-then-write' });
    const all = [journal.take(message(started, 'first'))];
    await stream.idle();
    for (let id = 0; id < 30; id++) {
      all.push(journal.take(message(started, id)));
      await stream.idle();
    }
    expect(storage.count('set')).toBe(1);
    for (const go of storage.release) go();
    await Promise.all(all);
    expect(storage.count('set')).toBe(2);
    expect(await left(storage)).toHaveLength(31);
  });

  it('is never behind what is in hand, whatever comes and goes', async () => {
    const started = await journaled();
    const { journal, storage, stream } = started;
    const inHand = new Map<string, Registration>();
    for (let step = 0; step < 300; step++) {
      if (step % 3 === 2) {
        const [first] = inHand;
        if (first) {
          inHand.delete(first[0]);
          first[1].dispose();
        }
      } else inHand.set(String(step), await journal.take(message(started, step)));
      if (step % 50 === 0) await stream.clock.advance(100);
      const named = await left(storage);
      expect([...inHand.keys()].filter((id) => !named.includes(id))).toEqual([]);
    }
    await journal.idle();
    expect(await left(storage)).toEqual([...inHand.keys()].sort());
    expect(journal.size).toBe(inHand.size);
  });

  it('takes out what is done after a while by itself', async () => {
    const started = await journaled();
    const { journal, storage, stream } = started;
    const entry = await journal.take(message(started, 1));
    entry.dispose();
    await stream.clock.advance(99);
    expect(await left(storage)).toEqual(['1']);
    await stream.clock.advance(1);
    await stream.idle();
    expect(await storage.keys('')).toEqual([]);
  });
});

describe('a storage that fails', () => {
  it('refuses the work, which is not in the journal, and can be asked again', async () => {
    const started = await journaled();
    const { journal, storage } = started;
    Object.assign(storage, { at: 0, fault: 'fail' });
    let begun = false;
    const failed = journal.run(message(started, 1), () => {
      begun = true;
    });
    await expect(failed).rejects.toThrow('fails at call 0');
    expect([begun, journal.size, started.stream.errors]).toEqual([false, 0, []]);
    await journal.take(message(started, 2));
    await journal.idle();
    expect(await left(storage)).toEqual(['2']);
  });

  it('is reported once where only something done was to be taken out, and that is tried again', async () => {
    const started = await journaled();
    const { journal, storage, stream } = started;
    const entry = await journal.take(message(started, 1));
    Object.assign(storage, { at: 1, fault: 'fail', lasting: true });
    entry.dispose();
    for (let i = 0; i < 5; i++) {
      await stream.clock.advance(100);
      await stream.idle();
    }
    expect(stream.errors).toMatchObject([{ where: 'work journal' }]);
    Object.assign(storage, { at: Number.POSITIVE_INFINITY });
    await stream.clock.advance(100);
    await stream.idle();
    expect(await storage.keys('')).toEqual([]);
  });

  it('and never answers fails what waits, and what comes after, until it does', async () => {
    const started = await journaled(undefined, { timeout: 1_000 });
    const { journal, storage, stream } = started;
    Object.assign(storage, { at: 0, fault: 'hang-then-write' });
    const first = rejection(journal.take(message(started, 1)));
    await stream.idle();
    const second = rejection(journal.take(message(started, 2)));
    await stream.clock.advance(1_000);
    expect(await first).toMatchObject({ code: 'ERR_TIMEOUT', retryable: true });
    expect(await second).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(await rejection(journal.take(message(started, 3)))).toMatchObject({ code: 'ERR_TIMEOUT' });
    for (const go of storage.release) go();
    await stream.idle();
    await journal.take(message(started, 4));
    await journal.idle();
    expect(await left(storage)).toEqual(['4']);
  });
});

describe('the plugin', () => {
  it.each([{ process: '' }, { process: 'a/b' }, { linger: -1 }, { timeout: 0 }])('refuses %j', async (options) => {
    const error = await rejection(journaled(undefined, options));
    expect(error instanceof ConfigError ? error : (error as Error).cause).toBeInstanceOf(ConfigError);
  });

  it('takes out what is done when it is removed', async () => {
    const started = await journaled();
    const entry = await started.journal.take(message(started, 1));
    entry.dispose();
    started.stream.xmpp.remove(WorkJournal);
    await started.stream.idle();
    expect(await started.storage.keys('')).toEqual([]);
  });

  it('does not read another version of its format', async () => {
    const { storage, journal } = await journaled();
    await storage.set('work/w9/run/1', '{"v":2,"work":[]}');
    await expect(journal.records.of('w9')).rejects.toThrow('version 2');
  });
});
