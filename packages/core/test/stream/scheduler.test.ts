import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

describe('scheduled tasks', () => {
  it('run once, at their time', async () => {
    const xmpp = new TestXMPP();
    let runs = 0;
    xmpp.schedule('once', 1_000, () => (runs += 1));
    expect(xmpp.scheduled).toEqual(['once']);
    await xmpp.manualClock.advance(999);
    expect(runs).toBe(0);
    await xmpp.manualClock.advance(1);
    expect(runs).toBe(1);
    expect(xmpp.scheduled).toEqual([]);
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('run again and again with repeat, until they are cancelled', async () => {
    const xmpp = new TestXMPP();
    let runs = 0;
    xmpp.schedule('again', 100, () => (runs += 1), { repeat: true });
    await xmpp.manualClock.advance(1_000);
    expect(runs).toBe(10);
    expect(xmpp.cancelSchedule('again')).toBe(true);
    expect(xmpp.cancelSchedule('again')).toBe(false);
    await xmpp.manualClock.advance(1_000);
    expect(runs).toBe(10);
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('are undone by their registration, which does not touch a later task of the same name', async () => {
    const xmpp = new TestXMPP();
    const first = xmpp.schedule('name', 100, () => {});
    first.dispose();
    xmpp.schedule('name', 100, () => {});
    first.dispose();
    expect(xmpp.scheduled).toEqual(['name']);
  });

  it('do not run when they are cancelled between being due and having their turn', async () => {
    const xmpp = new TestXMPP();
    let runs = 0;
    xmpp.schedule('first', 100, () => xmpp.cancelSchedule('second'));
    xmpp.schedule('second', 100, () => (runs += 1));
    await xmpp.manualClock.stall(100);
    expect(runs).toBe(0);
  });

  it('do not pile up while the queue has no time for them', async () => {
    const xmpp = new TestXMPP();
    let runs = 0;
    let due: (() => void) | undefined;
    const { manualClock } = xmpp;
    const setTimer = manualClock.setTimer.bind(manualClock);
    manualClock.setTimer = (delay, callback) => {
      due = callback;
      return setTimer(delay, callback);
    };
    xmpp.schedule('again', 10, () => (runs += 1), { repeat: true });
    // Three times due before the queue has its turn.
    for (let i = 0; i < 3; i++) due?.();
    await manualClock.idle();
    expect(runs).toBe(1);
  });

  it('report what they throw by name, and go on with repeat', async () => {
    const xmpp = new TestXMPP();
    xmpp.schedule('bad', 100, () => Promise.reject(new Error('boom')), { repeat: true });
    await xmpp.manualClock.advance(200);
    expect(xmpp.log.at('error')).toEqual(['task bad: boom', 'task bad: boom']);
  });

  it('have a name that is free and a delay that is a time', () => {
    const xmpp = new TestXMPP();
    xmpp.schedule('taken', 1, () => {});
    expect(() => xmpp.schedule('taken', 1, () => {})).toThrow(ConfigError);
    for (const delay of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => xmpp.schedule('bad', delay, () => {})).toThrow(ConfigError);
    }
    expect(() => xmpp.schedule('spinning', 0, () => {}, { repeat: true })).toThrow(ConfigError);
  });
});
