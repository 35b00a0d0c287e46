import { JID, Message } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { Awaited } from '../src/awaited.js';
import { receiptTo } from './helpers.js';
import '../src/index.js';

const JULIET = JID.parse('juliet@capulet.example/balcony');
const PHONE = JID.parse('juliet@capulet.example/phone');

/** Somebody who waits, and what he hears. */
function waiter() {
  const heard: string[] = [];
  return {
    heard,
    arrived: (by: JID) => void heard.push(`${by}`),
    failed: (error: Error) => void heard.push(error.message),
  };
}

describe('those who wait for a receipt', () => {
  it('hear of it once they have asked, of the first resource, and not after they have given up', () => {
    const awaited = new Awaited();
    const [early, late, gone] = [waiter(), waiter(), waiter()];
    const waiting = awaited.wait('m1', early);
    awaited.wait('m1', gone).dispose();
    expect(awaited.arrived('m1', JULIET)).toBe(false);
    awaited.add('m1');
    expect([awaited.arrived('m1', JULIET), awaited.arrived('m1', PHONE)]).toEqual([true, true]);
    awaited.add('m1');
    awaited.wait('m1', late);
    waiting.dispose();
    awaited.failed('m1', new Error('too late'));
    expect([early.heard, late.heard, gone.heard]).toEqual([[`${JULIET}`, `${PHONE}`], [`${JULIET}`, 'too late'], []]);
  });

  it('hear that it came back, the first time, and nobody else does', () => {
    const awaited = new Awaited();
    const other = waiter();
    awaited.add('m1');
    awaited.wait('m2', other);
    awaited.failed('m1', new Error('first'));
    awaited.failed('m1', new Error('second'));
    awaited.failed('m2', new Error('unknown'));
    const late = waiter();
    awaited.wait('m1', late);
    expect([late.heard, other.heard]).toEqual([['first'], []]);
  });

  it('have what was sent remembered within a megabyte', () => {
    const awaited = new Awaited();
    const key = (index: number): string => `${index}`.padEnd(4_950, 'x');
    for (let index = 0; index < 101; index++) awaited.add(key(index));
    expect([awaited.arrived(key(0), JULIET), awaited.arrived(key(1), JULIET)]).toEqual([false, true]);
  });
});

it('a message is a receipt as long as it says so', () => {
  const message = new Message({ receipt: 'm1' });
  expect(receiptTo('x')).toContain(`${message.xml.firstElement}`);
  message.receipt = undefined;
  expect([message.receipt, message.xml.firstElement]).toEqual([undefined, undefined]);
});
