import { MemoryStorage, Message, type Storage } from '@sestina/core';
import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { AnsweredRequests } from '../src/answered-requests.js';
import { pause } from '../src/pause.js';

const MINUTE = 60_000;

function process(storage: Storage, clock = new VirtualClock()) {
  const controller = new AbortController();
  const lines: string[] = [];
  const none = () => {};
  const logger = { debug: none, info: none, error: none, warn: (line: string) => void lines.push(line) };
  const answered = new AnsweredRequests({ storage, clock, logger, lifetime: controller.signal }, 'bot/');
  const first = (
    id: string | undefined,
    { body = 'help', author = 'romeo@play.example', peer = 'romeo@play.example' } = {},
  ) => {
    const message = new Message({ type: 'chat', id, body });
    Object.defineProperty(message, 'context', { value: { peer: { full: peer } } });
    return answered.first(author, message);
  };
  return { first, clock, lines, controller };
}

describe('what was asked of a bot', () => {
  it('is known again by its author, its place, its id and its words', async () => {
    const { first } = process(new MemoryStorage());
    expect([await first('1'), await first('1')]).toEqual([true, false]);
    for (const other of [{ body: 'helq' }, { author: 'juliet@play.example' }, { peer: 'lab@rooms.play.example' }])
      expect(await first('1', other)).toBe(true);
    expect(await first('2')).toBe(true);
    for (let i = 0; i < 2; i++) expect([await first(undefined), await first('i'.repeat(400))]).toEqual([true, true]);
  });

  it('is known to the next process, for ten minutes', async () => {
    const storage = new MemoryStorage();
    const clock = new VirtualClock();
    const one = process(storage, clock);
    await one.first('1');
    await clock.advance(5 * MINUTE);
    await one.first('2');
    await clock.advance(5 * MINUTE - 1);
    expect(await process(storage, clock).first('1')).toBe(false);
    await clock.advance(1);
    // The oldest goes, also from the storage.
    const next = process(storage, clock);
    expect([await next.first('2'), await next.first('3')]).toEqual([false, true]);
    expect(await storage.keys('bot/')).toHaveLength(2);
    expect(await process(storage, clock).first('1')).toBe(true);
  });

  it('is five hundred requests at most, of which the latest stay', async () => {
    const storage = new MemoryStorage();
    const { first, clock } = process(storage);
    for (let i = 0; i < 501; i++) await first(`${i}`);
    await clock.runUntilIdle();
    expect(await storage.keys('bot/')).toHaveLength(500);
    expect([await first('500'), await first('1'), await first('0')]).toEqual([false, false, true]);
  });

  it('is read in its order, whatever the order of the storage: the oldest makes room first', async () => {
    const clock = new VirtualClock();
    class Backwards extends MemoryStorage {
      override keys = async (prefix: string) => (await super.keys(prefix)).reverse();
    }
    const storage = new Backwards();
    await clock.advance(MINUTE);
    const one = process(storage, clock);
    for (let i = 0; i < 500; i++) {
      await one.first(`${i}`);
      await clock.advance(1);
    }
    const next = process(storage, clock);
    await next.first('new');
    expect([await next.first('1'), await next.first('499'), await next.first('0')]).toEqual([false, false, true]);
  });

  it('of exactly ten minutes ago is read no more', async () => {
    const storage = new MemoryStorage();
    const clock = new VirtualClock();
    await process(storage, clock).first('1');
    await clock.advance(10 * MINUTE);
    expect(await process(storage, clock).first('1')).toBe(true);
    await clock.advance(10 * MINUTE);
    const next = process(storage, clock);
    await next.first('2');
    expect(await storage.keys('bot/')).toHaveLength(1);
  });

  it('has a name of four hundred characters at most: what has a longer one is not kept', async () => {
    const storage = new MemoryStorage();
    const { first } = process(storage);
    for (let length = 300; length <= 400; length++) await first('i'.repeat(length));
    const names = (await storage.keys('bot/')).map((key) => key.slice(key.indexOf('/', 'bot/'.length) + 1));
    expect(Math.max(...names.map(({ length }) => length))).toBe(400);
  });

  it('keeps no process alive while the storage hangs', async () => {
    class Hanging extends MemoryStorage {
      override keys = () => new Promise<string[]>(() => {});
    }
    const { first, clock } = process(new Hanging());
    const known = first('1');
    await clock.advance(4_999);
    expect(clock.pending.map(({ background }) => background)).toEqual([true]);
    await clock.advance(1);
    expect(await known).toBe(true);
  });

  it('is answered where the storage fails, which the log says, and says no more once the bot is gone', async () => {
    class Broken extends MemoryStorage {
      override set = () => Promise.reject(new Error('the disk is full'));
    }
    const { first, lines, controller } = process(new Broken());
    expect([await first('1'), await first('1')]).toEqual([true, false]);
    expect(lines).toEqual([expect.stringContaining('is not kept')]);
    controller.abort(new Error('gone'));
    await first('2');
    expect(lines).toHaveLength(1);
  });
});

describe('a pause', () => {
  it('ends with its time, or with the reason of its signal', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    let over = false;
    const given = pause(clock, 100, controller.signal).then(() => {
      over = true;
    });
    await clock.advance(99);
    expect(over).toBe(false);
    await clock.advance(1);
    await given;
    const stopped = expect(pause(clock, 100, controller.signal)).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await stopped;
  });
});
