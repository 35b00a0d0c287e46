import { ConfigError } from '@sestina/core';
import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';

describe('VirtualClock', () => {
  it('fires what becomes due in the order of time, then of starting', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.setTimer(20, () => fired.push('late'));
    clock.setTimer(10, () => fired.push('first'));
    clock.setTimer(10, () => fired.push('second'));
    clock.setTimer(31, () => fired.push('never'));
    await clock.advance(30);
    expect(fired).toEqual(['first', 'second', 'late']);
    expect(clock.monotonic()).toBe(30);
  });

  it('lets what a timer has set going run before the next timer fires', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.setTimer(10, async () => {
      await Promise.resolve();
      order.push('continuation');
      clock.nextTurn(() => order.push('turn'));
    });
    clock.setTimer(20, () => order.push('timer'));
    await clock.advance(20);
    expect(order).toEqual(['continuation', 'turn', 'timer']);
  });

  it('fires a timer that a timer starts, at its own time', async () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    const tick = (): void => {
      at.push(clock.monotonic());
      clock.setTimer(10, tick);
    };
    clock.setTimer(10, tick);
    await clock.advance(35);
    expect(at).toEqual([10, 20, 30]);
  });

  it('does not fire a timer that was cancelled', async () => {
    const clock = new VirtualClock();
    let fired = false;
    const timer = clock.setTimer(10, () => {
      fired = true;
    });
    timer.cancel();
    await clock.advance(100);
    expect(fired).toBe(false);
    expect(clock.pending).toEqual([]);
  });

  it('lists the timers that are left, the next one first', () => {
    const clock = new VirtualClock();
    clock.setTimer(50, () => {}, { background: true });
    clock.setTimer(20, () => {});
    expect(clock.pending).toEqual([
      { due: 20, background: false },
      { due: 50, background: true },
    ]);
  });

  it('jumps the wall clock without touching timers or durations', async () => {
    const clock = new VirtualClock({ now: 1_000_000 });
    let fired = false;
    clock.setTimer(10, () => {
      fired = true;
    });
    clock.jump(-500_000);
    await clock.runUntilIdle();
    expect([clock.now(), clock.monotonic(), fired]).toEqual([500_000, 0, false]);
    await clock.advance(10);
    expect([clock.now(), fired]).toEqual([500_010, true]);
  });

  it('goes on to the next timer however far away it is', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    clock.setTimer(86_400_000, () => fired++);
    expect(await clock.advanceToNextTimer()).toBe(86_400_000);
    expect(await clock.advanceToNextTimer()).toBeUndefined();
    expect(fired).toBe(1);
  });

  it('waits for chains of turns and promises when it runs until idle', async () => {
    const clock = new VirtualClock();
    let steps = 0;
    const step = async (): Promise<void> => {
      await Promise.resolve();
      if (++steps < 20) clock.nextTurn(() => void step());
    };
    clock.nextTurn(() => void step());
    await clock.runUntilIdle();
    expect(steps).toBe(20);
  });

  it('runs one advance after the other where two are asked for at once', async () => {
    const clock = new VirtualClock();
    await Promise.all([clock.advance(10), clock.advance(5)]);
    expect(clock.monotonic()).toBe(15);
  });

  it('hands what a callback throws to whoever advances, and can go on', async () => {
    const clock = new VirtualClock();
    clock.setTimer(1, () => {
      throw new Error('from the timer');
    });
    await expect(clock.advance(1)).rejects.toThrow('from the timer');
    await clock.advance(1);
    expect(clock.monotonic()).toBe(2);
  });

  it('refuses to go back', async () => {
    await expect(new VirtualClock().advance(-1)).rejects.toThrow(ConfigError);
    await expect(new VirtualClock().advance(Number.NaN)).rejects.toThrow(ConfigError);
  });
});
