import { describe, expect, it } from 'vitest';
import { Inbox } from '../src/inbox.js';

describe('what waits to be read', () => {
  it('comes in the order in which it arrived, however much of it there is', () => {
    const inbox = new Inbox();
    const read: unknown[] = [];
    for (let number = 0; number < 10_000; number++) {
      inbox.push(String(number));
      // Two of three: most of them wait for long.
      if (number % 3 !== 0) read.push(inbox.shift());
    }
    while (!inbox.empty) read.push(inbox.shift());
    expect(read).toEqual(Array.from({ length: 10_000 }, (_, number) => String(number)));
    expect([inbox.size, inbox.shift()]).toEqual([0, undefined]);
  });

  it('has a size, also where it is empty', () => {
    const inbox = new Inbox();
    for (const frame of ['', new Uint8Array(0), '<a/>']) inbox.push(frame);
    expect(inbox.size).toBe(3 * 64 + 4);
    inbox.shift();
    expect(inbox.size).toBe(2 * 64 + 4);
    inbox.clear();
    expect([inbox.size, inbox.empty]).toEqual([0, true]);
  });

  it('takes no memory any more once it is read, where there is always more', () => {
    const inbox = new Inbox();
    inbox.push('first');
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < 10_000_000; count++) {
      inbox.push('next');
      inbox.shift();
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000);
  });
});
