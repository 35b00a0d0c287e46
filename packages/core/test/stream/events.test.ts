import { describe, expect, it } from 'vitest';
import { TimeoutError } from '../../src/errors.js';
import { Message } from '../../src/stanza/message.js';
import { EventQueue } from '../../src/stream/event-queue.js';
import { Events } from '../../src/stream/events.js';
import { ManualClock } from '../helpers/stream-clock.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online } from '../helpers/stream-xmpp.js';

watchRejections();

interface Map {
  ping: { readonly n: number };
  pong: string;
  said: Message;
}

function make() {
  const clock = new ManualClock();
  const failures: [error: unknown, where: string][] = [];
  const crowded: string[] = [];
  const queue = new EventQueue(clock, { maxEntries: 100, maxBytes: 1_000 }, { pressure: () => {} });
  const events = new Events<Map>(queue, clock, (...failure) => failures.push(failure), {
    crowded: (name) => crowded.push(name),
    waitingChanged: (by) => {
      made.waiting += by;
    },
  });
  const made = { clock, failures, crowded, queue, events, waiting: 0 };
  return made;
}

describe('on, once, off', () => {
  it('calls listeners in their turn on the queue, in the order in which they were added', async () => {
    const { clock, events } = make();
    const seen: string[] = [];
    events.on('ping', ({ n }) => seen.push(`a${n}`));
    events.on('ping', ({ n }) => seen.push(`b${n}`));
    events.emit('ping', { n: 1 });
    events.emit('ping', { n: 2 });
    expect(seen).toEqual([]);
    await clock.idle();
    expect(seen).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('calls a once-listener once, however many events are queued', async () => {
    const { clock, events } = make();
    let calls = 0;
    events.once('pong', () => (calls += 1));
    events.emit('pong', '1');
    events.emit('pong', '2');
    await clock.idle();
    expect(calls).toBe(1);
    expect(events.count('pong')).toBe(0);
  });

  it('does not call a listener that was taken out between the event and its turn', async () => {
    const { clock, events } = make();
    const seen: string[] = [];
    const registration = events.on('pong', (text) => seen.push(text));
    events.emit('pong', 'late');
    registration.dispose();
    await clock.idle();
    expect(seen).toEqual([]);
  });

  it('takes out one listener, or all', () => {
    const { events } = make();
    const listener = (): void => {};
    events.on('pong', listener);
    events.on('pong', listener);
    events.on('pong', () => {});
    events.off('pong', listener);
    expect(events.count('pong')).toBe(1);
    events.off('pong');
    expect(events.count('pong')).toBe(0);
  });

  it('lets calls of a sequential listener wait for the promise of the one before', async () => {
    const { clock, events } = make();
    const seen: string[] = [];
    events.on(
      'pong',
      async (text) => {
        seen.push(`${text} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`${text} ends`);
      },
      { sequential: true },
    );
    events.emit('pong', '1');
    events.emit('pong', '2');
    for (let i = 0; i < 4; i++) await clock.idle();
    expect(seen).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
  });

  it('says once where an event gets too many listeners', () => {
    const { crowded, events } = make();
    for (let i = 0; i < 100; i++) events.on('pong', () => {});
    expect(crowded).toEqual([]);
    for (let i = 0; i < 50; i++) events.on('pong', () => {});
    expect(crowded).toEqual(['pong']);
  });
});

describe('emitNow', () => {
  it('calls listeners at once', () => {
    const { events } = make();
    const seen: string[] = [];
    events.on('pong', (text) => seen.push(text));
    events.emitNow('pong', 'now');
    expect(seen).toEqual(['now']);
  });

  it('gives sequential listeners their turn in the lane', async () => {
    const { clock, events } = make();
    const seen: string[] = [];
    let running = 0;
    events.on(
      'pong',
      async (text) => {
        expect(running).toBe(0);
        running += 1;
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        seen.push(text);
      },
      { sequential: true },
    );
    events.emit('pong', '1');
    events.emitNow('pong', '2');
    events.emitNow('pong', '3');
    expect(seen).toEqual([]);
    for (let i = 0; i < 6; i++) await clock.idle();
    expect(seen).toEqual(['1', '2', '3']);
  });

  it('lets whoever waits for it go on before the next entry of the queue', async () => {
    const { clock, events, queue } = make();
    const seen: string[] = [];
    void (async () => {
      await (async () => events.wait('pong'))();
      seen.push('went on');
    })();
    queue.push({ run: () => events.emitNow('pong', 'x') });
    queue.push({ run: () => seen.push('next') });
    await clock.idle();
    expect(seen).toEqual(['went on', 'next']);
  });
});

describe('listeners that fail', () => {
  it('reports what they throw and reject with, once each, and calls the others', async () => {
    const { clock, events, failures } = make();
    const seen: string[] = [];
    events.on('pong', () => {
      throw new Error('thrown');
    });
    events.on('pong', () => Promise.reject(new Error('rejected')));
    events.on('pong', () => seen.push('other'));
    events.emit('pong', 'x');
    await clock.idle();
    expect(seen).toEqual(['other']);
    expect(failures).toEqual([
      [new Error('thrown'), 'listener of pong'],
      [new Error('rejected'), 'listener of pong'],
    ]);
    expect(events.count('pong')).toBe(3);
  });

  it('emits one error event with the place, or writes one log line where nobody listens', async () => {
    const xmpp = await online();
    xmpp.on('sessionEnd', () => {
      throw new Error('boom');
    });
    const errors: string[] = [];
    const registration = xmpp.on('error', ({ error, where }) => errors.push(`${where}: ${error.message}`));
    xmpp.emit('sessionEnd', { reason: new Error('x') });
    await xmpp.manualClock.idle();
    expect(errors).toEqual(['listener of sessionEnd: boom']);
    expect(xmpp.log.lines).toEqual([]);
    registration.dispose();
    xmpp.emit('sessionEnd', { reason: new Error('x') });
    await xmpp.manualClock.idle();
    expect(errors.length).toBe(1);
    expect(xmpp.log.at('error')).toEqual(['listener of sessionEnd: boom']);
  });

  it('does not go round in circles where a listener of error throws', async () => {
    const xmpp = await online();
    let calls = 0;
    xmpp.on('error', () => {
      calls += 1;
      throw new Error('in the reporter');
    });
    xmpp.reportError(new Error('first'), 'somewhere');
    await xmpp.manualClock.idle();
    expect(calls).toBe(1);
    expect(xmpp.log.at('error')).toEqual(['listener of error: in the reporter']);
  });
});

describe('wait', () => {
  it('resolves with the next event that the filter accepts', async () => {
    const made = make();
    const { events } = made;
    const found = events.wait('ping', { filter: ({ n }) => n > 1 });
    expect(made.waiting).toBe(1);
    events.emit('ping', { n: 1 });
    events.emit('ping', { n: 2 });
    expect(await found).toEqual({ n: 2 });
    expect(events.count('ping')).toBe(0);
    expect(made.waiting).toBe(0);
  });

  it('takes the next event, also where it was emitted before the call', async () => {
    const { events } = make();
    const seen: unknown[] = [];
    let second: Promise<unknown> | undefined;
    events.on('pong', (data) => {
      seen.push(data);
      // Both are in the queue already: this asks for the one behind the one at hand.
      second ??= events.wait('pong');
    });
    events.emit('pong', 1 as never);
    events.emit('pong', 2 as never);
    await expect.poll(() => seen.length).toBe(2);
    expect(await second).toBe(2);
  });

  it('rejects after its time, and leaves nothing', async () => {
    const { clock, events } = make();
    const found = events.wait('pong', { timeout: 1_000 });
    const failed = expect(found).rejects.toThrow(new TimeoutError('event pong', 1_000));
    await clock.advance(1_000);
    await failed;
    expect(events.count('pong')).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('rejects with the signal’s reason, also of one that aborted before', async () => {
    const { clock, events } = make();
    await expect(events.wait('pong', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    const controller = new AbortController();
    const found = events.wait('pong', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(found).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
    expect(events.count('pong')).toBe(0);
  });

  it('rejects with what the filter throws', async () => {
    const { events, failures } = make();
    const found = events.wait('pong', {
      filter: () => {
        throw new Error('bad filter');
      },
    });
    events.emit('pong', 'x');
    await expect(found).rejects.toThrow('bad filter');
    expect(failures).toEqual([]);
  });

  it('rejects when everything is closed', async () => {
    const { clock, events } = make();
    const found = events.wait('pong');
    events.close(new Error('gone'));
    await expect(found).rejects.toThrow('gone');
    expect(clock.pending).toBe(0);
  });
});

describe('iterate', () => {
  it('gives every event from the call on, not only from the first step', async () => {
    const { clock, events } = make();
    const iterator = events.iterate('pong');
    events.emit('pong', '1');
    events.emit('pong', '2');
    await clock.idle();
    expect(await iterator.next()).toEqual({ value: '1', done: false });
    expect(await iterator.next()).toEqual({ value: '2', done: false });
    const third = iterator.next();
    events.emit('pong', '3');
    expect(await third).toEqual({ value: '3', done: false });
  });

  it('stops listening when the loop is left', async () => {
    const { events } = make();
    const iterator = events.iterate('pong');
    events.emit('pong', '1');
    for await (const text of iterator) {
      expect(text).toBe('1');
      break;
    }
    expect(events.count('pong')).toBe(0);
  });

  it('ends with the signal, after what has come', async () => {
    const { clock, events } = make();
    const controller = new AbortController();
    const seen: string[] = [];
    const loop = (async () => {
      for await (const text of events.iterate('pong', { signal: controller.signal })) seen.push(text);
    })();
    events.emit('pong', '1');
    await clock.idle();
    controller.abort();
    await loop;
    expect(seen).toEqual(['1']);
    expect(events.count('pong')).toBe(0);
  });

  it('holds no more than its limit, dropping the oldest', async () => {
    const { clock, events } = make();
    const iterator = events.iterate('pong', { limit: 2 });
    for (const text of ['1', '2', '3']) events.emit('pong', text);
    await clock.idle();
    expect((await iterator.next()).value).toBe('2');
    expect((await iterator.next()).value).toBe('3');
  });

  it('holds no more than 4 MiB of stanzas that nobody looks at, and most of them without what they were read from', async () => {
    const { clock, events } = make();
    const iterator = events.iterate('said');
    for (let n = 0; n < 200; n++) {
      events.emit('said', new Message({ id: `${n}`, body: 'x'.repeat(65_536) }));
      await clock.idle();
    }
    const ids: number[] = [];
    while (ids.at(-1) !== 199) ids.push(Number((await iterator.next()).value.id));
    expect(ids.length).toBeLessThanOrEqual(64);
    expect(ids.length).toBeGreaterThan(30);
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => 200 - ids.length + index));
  });
});
