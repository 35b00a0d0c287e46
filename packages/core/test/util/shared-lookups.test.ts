import { describe, expect, it } from 'vitest';
import { BusyError, TimeoutError } from '../../src/errors.js';
import { SharedLookups } from '../../src/util/shared-lookups.js';
import { FakeClock } from '../helpers/fake-clock.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Questions that are answered when they are told to. */
function manual() {
  const questions: { signal: AbortSignal; answer(value: string): void; fail(error: unknown): void }[] = [];
  const start = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => questions.push({ signal, answer: resolve, fail: reject }));
  return { questions, start };
}

const PATIENCE = { what: 'features of Juliet', timeout: 100 };

describe('SharedLookups', () => {
  it('asks once for all who ask at the same time, and again later', async () => {
    const lookups = new SharedLookups(new FakeClock());
    const { questions, start } = manual();
    const answers = Promise.all([lookups.ask('a', start, PATIENCE), lookups.ask('a', start, PATIENCE)]);
    expect([questions.length, lookups.size, lookups.has('a')]).toEqual([1, 1, true]);
    questions[0]?.answer('yes');
    expect(await answers).toEqual(['yes', 'yes']);
    expect(lookups.size).toBe(0);
    void lookups.ask('a', start, PATIENCE);
    expect(questions.length).toBe(2);
  });

  it('rejects for all of them where the question fails', async () => {
    const lookups = new SharedLookups(new FakeClock());
    const { questions, start } = manual();
    const answers = Promise.allSettled([lookups.ask('a', start, PATIENCE), lookups.ask('a', start, PATIENCE)]);
    const fault = new Error('refused');
    questions[0]?.fail(fault);
    expect((await answers).map((answer) => answer.status === 'rejected' && answer.reason)).toEqual([fault, fault]);
  });

  it('lets one give up without the others', async () => {
    const clock = new FakeClock();
    const lookups = new SharedLookups(clock);
    const { questions, start } = manual();
    const controller = new AbortController();
    const hasty = lookups.ask('a', start, { ...PATIENCE, timeout: 10 }).catch((error: unknown) => error);
    const aborted = lookups
      .ask('a', start, { ...PATIENCE, signal: controller.signal })
      .catch((error: unknown) => error);
    const patient = lookups.ask('a', start, PATIENCE);
    clock.advance(10);
    controller.abort('enough');
    expect(await hasty).toEqual(new TimeoutError(PATIENCE.what, 10, 'no answer'));
    expect(await aborted).toBe('enough');
    expect(questions[0]?.signal.aborted).toBe(false);
    questions[0]?.answer('yes');
    expect(await patient).toBe('yes');
  });

  it('stops the question once nobody waits, and asks anew after that', async () => {
    const clock = new FakeClock();
    const lookups = new SharedLookups(clock);
    const { questions, start } = manual();
    const waits = [lookups.ask('a', start, PATIENCE), lookups.ask('a', start, { ...PATIENCE, timeout: 50 })];
    const both = Promise.allSettled(waits);
    clock.advance(100);
    await both;
    expect(questions[0]?.signal.aborted).toBe(true);
    const again = lookups.ask('a', start, PATIENCE);
    // The old one may still fail, and must not take the new one's place.
    questions[0]?.fail(new Error('stopped'));
    await settle();
    expect(lookups.has('a')).toBe(true);
    questions[1]?.answer('yes');
    expect(await again).toBe('yes');
  });

  it('asks nothing for a signal that is aborted already', async () => {
    const lookups = new SharedLookups(new FakeClock());
    const { questions, start } = manual();
    await expect(lookups.ask('a', start, { ...PATIENCE, signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    expect(questions.length).toBe(0);
  });

  it('has so many questions at once', async () => {
    const lookups = new SharedLookups(new FakeClock(), 1);
    const { questions, start } = manual();
    const first = lookups.ask('a', start, PATIENCE);
    await expect(lookups.ask('b', start, PATIENCE)).rejects.toEqual(new BusyError('look-ups', 1));
    const joined = lookups.ask('a', start, PATIENCE);
    questions[0]?.answer('yes');
    expect(await Promise.all([first, joined])).toEqual(['yes', 'yes']);
  });
});
