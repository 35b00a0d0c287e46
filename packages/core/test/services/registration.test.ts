import { afterEach, describe, expect, it, vi } from 'vitest';
import { disposeAll, Registration } from '../../src/registration.js';

describe('a registration', () => {
  it('is undone once', () => {
    const undo = vi.fn();
    const registration = new Registration(undo);
    expect(registration.disposed).toBe(false);
    registration.dispose();
    registration.dispose();
    expect(undo).toHaveBeenCalledTimes(1);
    expect(registration.disposed).toBe(true);
  });

  it('is undone once also where the undo comes back to it', () => {
    let calls = 0;
    const registration: Registration = new Registration(() => {
      calls++;
      registration.dispose();
    });
    registration.dispose();
    expect(calls).toBe(1);
  });

  it('is not undone again after an undo that threw', () => {
    const registration = new Registration(() => {
      throw new RangeError('no');
    });
    expect(() => registration.dispose()).toThrow(RangeError);
    expect(() => registration.dispose()).not.toThrow();
  });

  it('works with `using`', () => {
    const undo = vi.fn();
    {
      using _registration = new Registration(undo);
      expect(undo).not.toHaveBeenCalled();
    }
    expect(undo).toHaveBeenCalledTimes(1);
    expect(typeof new Registration(undo)[Symbol.dispose]).toBe('function');
  });
});

describe('a registration where there is no Symbol.dispose', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('is loaded, and has its method under the registered symbol', async () => {
    // Proxies may not hide it, since it cannot be configured.
    const real = Symbol;
    const without = (description?: string): symbol => real(description);
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(real))) {
      if (!['dispose', 'length', 'name', 'prototype'].includes(name)) Object.defineProperty(without, name, descriptor);
    }
    vi.stubGlobal('Symbol', without);
    const path = '../../src/registration.js?without-dispose';
    const module = (await import(/* @vite-ignore */ path)) as typeof import('../../src/registration.js');
    vi.unstubAllGlobals();
    expect(module.Registration).not.toBe(Registration);
    const undo = vi.fn();
    const registration = new module.Registration(undo);
    expect(Symbol.dispose in registration).toBe(false);
    const method = (registration as unknown as Record<symbol, (() => void) | undefined>)[Symbol.for('Symbol.dispose')];
    method?.call(registration);
    expect(undo).toHaveBeenCalledTimes(1);
    expect(registration.disposed).toBe(true);
  });
});

describe('disposeAll()', () => {
  it('goes from the last to the first, past those that throw, and says what they threw', () => {
    const log: string[] = [];
    const step = (name: string, error?: Error) => ({
      dispose() {
        log.push(name);
        if (error) throw error;
      },
    });
    const [one, two] = [new Error('one'), new Error('two')];
    let caught: unknown;
    try {
      disposeAll([step('a'), step('b', one), step('c'), step('d', two)]);
    } catch (error) {
      caught = error;
    }
    expect(log).toEqual(['d', 'c', 'b', 'a']);
    expect((caught as AggregateError).errors).toEqual([two, one]);
  });

  it('does not mind that there are none', () => {
    expect(() => disposeAll([])).not.toThrow();
  });

  it('leaves the list as it is', () => {
    const list = [new Registration(() => {}), new Registration(() => {})];
    const before = [...list];
    disposeAll(list);
    expect(list).toEqual(before);
  });
});
