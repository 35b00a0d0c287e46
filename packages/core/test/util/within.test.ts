import { describe, expect, it } from 'vitest';
import { TimeoutError } from '../../src/errors.js';
import { deadline, follow, within } from '../../src/util/within.js';
import { FakeClock } from '../helpers/fake-clock.js';

const never = new Promise<never>(() => {});

/** Aborts, and tells who listens. */
class Watched extends AbortController {
  listeners = 0;

  constructor() {
    super();
    const { signal } = this;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      this.listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      this.listeners -= 1;
      remove(...args);
    };
  }
}

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );

describe('within', () => {
  it.each(['work', 'promise'])(
    'gives what came of the %s, and leaves no timer and no listener behind',
    async (kind) => {
      const clock = new FakeClock();
      const controller = new Watched();
      const promise = Promise.resolve('done');
      const options = { what: 'it', timeout: 5, signal: controller.signal };
      expect(await within(clock, kind === 'work' ? () => promise : promise, options)).toBe('done');
      expect([clock.pending, controller.listeners]).toEqual([0, 0]);
    },
  );

  it('passes on what the work throws, also before its first promise', async () => {
    const clock = new FakeClock();
    const controller = new Watched();
    const options = { what: 'it', timeout: 5, signal: controller.signal };
    const fault = new Error('broken');
    const throws = (): never => {
      throw fault;
    };
    expect(await outcome(within(clock, throws, options))).toEqual({ error: fault });
    expect(await outcome(within(clock, async () => throws(), options))).toEqual({ error: fault });
    expect([clock.pending, controller.listeners]).toEqual([0, 0]);
  });

  it('gives up after the timeout, says what it waited for, and stops the work with the same error', async () => {
    const clock = new FakeClock();
    let inner: AbortSignal | undefined;
    const waited = outcome(
      within(
        clock,
        (signal) => {
          inner = signal;
          return never;
        },
        { what: 'the answer of Juliet', timeout: 1_000, how: 'no answer' },
      ),
    );
    clock.advance(999);
    expect(inner?.aborted).toBe(false);
    clock.advance(1);
    const error = new TimeoutError('the answer of Juliet', 1_000, 'no answer');
    expect(await waited).toEqual({ error });
    expect(inner?.reason).toEqual(error);
  });

  it('gives up with the reason of the signal', async () => {
    const clock = new FakeClock();
    const controller = new Watched();
    const waited = outcome(within(clock, never, { what: 'it', timeout: 5, signal: controller.signal }));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await waited).toEqual({ error: reason });
    expect([clock.pending, controller.listeners]).toEqual([0, 0]);
  });

  it('does not start work for a signal that is aborted already', async () => {
    let started = 0;
    const work = (): void => {
      started += 1;
    };
    const reason = new Error('enough');
    const options = { what: 'it', signal: AbortSignal.abort(reason) };
    expect(await outcome(within(new FakeClock(), work, options))).toEqual({ error: reason });
    expect(started).toBe(0);
  });

  it('looks after what fails when nobody waits any more', async () => {
    const reason = new Error('enough');
    const failing = Promise.reject(new Error('late'));
    const options = { what: 'it', signal: AbortSignal.abort(reason) };
    expect(await outcome(within(new FakeClock(), failing, options))).toEqual({ error: reason });
  });

  it('hands what comes too late to who can close it', async () => {
    const clock = new FakeClock();
    const late: string[] = [];
    let give = (_: string): void => {};
    const work = new Promise<string>((resolve) => {
      give = resolve;
    });
    const waited = outcome(within(clock, () => work, { what: 'it', timeout: 1, discard: (value) => late.push(value) }));
    clock.advance(1);
    await waited;
    give('socket');
    await work;
    expect(late).toEqual(['socket']);
  });

  it('needs no timer where no time is given', () => {
    const clock = new FakeClock();
    void within(clock, never, { what: 'it' });
    void within(clock, never, { what: 'it', timeout: Number.POSITIVE_INFINITY });
    expect(clock.pending).toBe(0);
  });
});

describe('deadline', () => {
  it('tells of what comes first, once', () => {
    const clock = new FakeClock();
    const controller = new Watched();
    const told: unknown[] = [];
    deadline(clock, { what: 'it', timeout: 1, signal: controller.signal }, (reason) => told.push(reason));
    clock.advance(1);
    controller.abort();
    expect(told).toEqual([new TimeoutError('it', 1)]);
    expect(controller.listeners).toBe(0);
  });

  it('says what it waited for last', () => {
    const clock = new FakeClock();
    const told: unknown[] = [];
    let step = 'DNS';
    deadline(clock, { what: () => `step ${step}`, timeout: 1 }, (reason) => told.push(reason));
    step = 'TLS';
    clock.advance(1);
    expect(told).toEqual([new TimeoutError('step TLS', 1)]);
  });

  it('tells of nothing once it was ended', () => {
    const clock = new FakeClock();
    const controller = new Watched();
    const told: unknown[] = [];
    const end = deadline(clock, { what: 'it', timeout: 1, signal: controller.signal }, (reason) => told.push(reason));
    end();
    end();
    clock.advance(1);
    controller.abort();
    expect(told).toEqual([]);
  });
});

describe('follow', () => {
  it('aborts with the same reason, at once where that has happened already, and not once it was ended', () => {
    const reason = new Error('enough');
    const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
    const outer = new AbortController();
    follow(outer.signal, first);
    follow(outer.signal, third)();
    outer.abort(reason);
    follow(outer.signal, second);
    expect([first.signal.reason, second.signal.reason]).toEqual([reason, reason]);
    expect(third.signal.aborted).toBe(false);
  });
});
