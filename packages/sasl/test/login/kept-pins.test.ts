import type { PinStore } from '@sestina/sasl';
import type { ScramServerOptions } from '@sestina/sasl/server';
import { describe, expect, it } from 'vitest';
import { login, profile, serve, Wire } from './wire.js';

const SCRAM = ['SCRAM-SHA-256'];
const PROVEN = { mechanisms: SCRAM };

/** A store, and what was asked of it. */
class Kept implements PinStore {
  value: string | undefined;
  readonly changes: (string | undefined)[] = [];
  fails = false;
  /** What is done before it answers. */
  meanwhile = (): void => {};

  async get(): Promise<string | undefined> {
    const { value } = this;
    this.meanwhile();
    if (this.fails) throw new Error('the disk is gone');
    return value;
  }

  set(value: string | undefined): void {
    this.value = value;
    this.changes.push(value);
  }
}

/** How a login of another process ends. */
async function outcome(
  pins: Kept,
  offered: readonly string[],
  list?: ScramServerOptions['offered'],
  sasl = login({ pins }),
): Promise<string> {
  const wire = new Wire();
  const done = sasl.run(wire, offered, profile).then(
    ({ mechanism }) => mechanism,
    ({ reason }: { reason: string }) => reason,
  );
  await Promise.race([serve(wire, { ...(list && { offered: list }) }), done]);
  return done;
}

describe('XEP-0474: that the server has proven its list', () => {
  it('is known to the next process, which takes neither a list without a proof nor less than SCRAM', async () => {
    const pins = new Kept();
    expect(await outcome(pins, ['PLAIN'])).toBe('PLAIN');
    expect(await outcome(pins, SCRAM)).toBe('SCRAM-SHA-256');
    expect(pins.changes).toEqual([]);
    expect(await outcome(pins, SCRAM, PROVEN)).toBe('SCRAM-SHA-256');
    expect(await outcome(pins, SCRAM)).toBe('downgrade');
    expect(await outcome(pins, ['PLAIN'])).toBe('downgrade');
    expect(await outcome(pins, ['SCRAM-SHA-1'], { mechanisms: ['SCRAM-SHA-1'] })).toBe('SCRAM-SHA-1');
    expect(pins.changes).toEqual(['SCRAM-SHA-256']);
  });

  it('is forgotten in the store too', async () => {
    const pins = new Kept();
    await outcome(pins, SCRAM, PROVEN);
    login({ pins }).forgetPins();
    expect(pins.changes).toEqual(['SCRAM-SHA-256', undefined]);
    expect(await outcome(pins, ['PLAIN'])).toBe('PLAIN');
  });

  it('is forgotten where that is said while the store is being asked', async () => {
    const pins = new Kept();
    await outcome(pins, SCRAM, PROVEN);
    const sasl = login({ pins });
    pins.meanwhile = () => sasl.forgetPins();
    expect(await outcome(pins, ['PLAIN'], undefined, sasl)).toBe('PLAIN');
    expect(await outcome(pins, SCRAM, undefined, sasl)).toBe('SCRAM-SHA-256');
  });

  it('is not known where the store fails, and is as soon as it works again', async () => {
    const pins = new Kept();
    await outcome(pins, SCRAM, PROVEN);
    const sasl = login({ pins });
    pins.fails = true;
    expect(await outcome(pins, ['PLAIN'], undefined, sasl)).toBe('PLAIN');
    pins.fails = false;
    expect(await outcome(pins, ['PLAIN'], undefined, sasl)).toBe('downgrade');
  });

  it('is not kept of a login that failed, nor read from what nobody here has written', async () => {
    const pins = new Kept();
    expect(await outcome(pins, ['SCRAM-SHA-256', 'SCRAM-SHA-1'], PROVEN)).toBe('downgrade');
    expect(pins.changes).toEqual([]);
    pins.value = 'PLAIN';
    expect(await outcome(pins, SCRAM)).toBe('SCRAM-SHA-256');
  });
});
