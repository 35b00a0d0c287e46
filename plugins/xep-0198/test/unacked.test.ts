import { Sending, StreamError, XmlElement } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { WRAP } from '../src/stanza.js';
import { Suspects } from '../src/suspects.js';
import { Unacked } from '../src/unacked.js';

const sending = () => new Sending(new XmlElement('message', 'jabber:client'), 10);

describe('a counter of 32 bits', () => {
  it('F19: wraps to 0, and takes what is behind for old and what is ahead for too high', () => {
    const unacked = new Unacked(WRAP - 3);
    const sendings = Array.from({ length: 6 }, sending);
    for (const one of sendings) unacked.add(one, 0);
    expect([unacked.sent, unacked.bytes]).toEqual([3, 60]);
    expect(unacked.ack(WRAP - 1)).toBe(2);
    expect(unacked.ack(0)).toBe(1);
    expect(unacked.ack(WRAP - 1)).toBe(0);
    expect(unacked.ack(4)).toBe('too-high');
    expect(sendings.map(({ state }) => state)).toEqual(['acked', 'acked', 'acked', 'queued', 'queued', 'queued']);
    expect(unacked.ack(3)).toBe(3);
    expect([unacked.size, unacked.bytes, unacked.sent]).toEqual([0, 0, 3]);
  });
});

describe('what the server has not counted', () => {
  function three(h = 0) {
    const unacked = new Unacked(h);
    const sendings = Array.from({ length: 3 }, sending);
    for (const [index, one] of sendings.entries()) unacked.add(one, index);
    return { unacked, sendings };
  }

  it('is what was written, as it was written, with when', () => {
    const unacked = new Unacked();
    const one = sending();
    const { element } = one;
    unacked.add(one, 5);
    element.setAttribute('id', 'changed');
    expect(unacked.stanzas.map(({ element: kept, at }) => [kept.attribute('id'), at])).toEqual([[undefined, 5]]);
    expect([unacked.h, unacked.sent, unacked.total, unacked.sendings]).toEqual([0, 1, 0, [one]]);
    expect([unacked.ack(1), unacked.total, unacked.h]).toEqual([1, 1, 1]);
  });

  it('is told apart from an old count by half of all there are', () => {
    const { unacked } = three();
    expect([unacked.ack(WRAP / 2 - 1), unacked.ack(WRAP / 2), unacked.ack(WRAP - 1), unacked.ack(4)]).toEqual([
      ...['too-high', 0, 0, 'too-high'],
    ]);
    expect([unacked.size, unacked.ack(0), unacked.ack(3)]).toEqual([3, 0, 3]);
  });

  it('was taken where the server has counted more than was known to be written', () => {
    const { unacked, sendings } = three();
    unacked.raise(2);
    expect([unacked.size, unacked.h]).toEqual([1, 2]);
    unacked.raise(10);
    expect([unacked.size, unacked.h, unacked.sent, unacked.total]).toEqual([0, 10, 10, 3]);
    expect(sendings.map(({ state }) => state)).toEqual(['acked', 'acked', 'acked']);
  });

  it('is given up from its first, which the server has refused, or as a whole', () => {
    const { unacked, sendings } = three();
    const reason = new Error('too large');
    unacked.refuse(reason);
    expect([unacked.size, unacked.bytes, sendings[0]?.state]).toEqual([2, 20, 'failed']);
    const lost = unacked.lose(reason);
    expect([lost.map(({ at }) => at), unacked.size, unacked.bytes]).toEqual([[1, 2], 0, 0]);
    expect(sendings.map(({ state }) => state)).toEqual(['failed', 'unknown', 'unknown']);
    unacked.refuse(reason);
    expect([unacked.size, unacked.bytes]).toEqual([0, 0]);
  });
});

describe('a stanza over which the server ends the stream', () => {
  const blame = (condition = 'policy-violation', origin = 'peer') =>
    Object.assign(Object.create(StreamError.prototype), { condition, origin, message: condition }) as Error;

  it.each([
    ...['bad-format', 'bad-namespace-prefix', 'improper-addressing', 'invalid-from', 'invalid-namespace'],
    ...['invalid-xml', 'not-well-formed', 'policy-violation', 'restricted-xml', 'unsupported-encoding'],
    'unsupported-stanza-type',
  ])('is sent once more, alone, and failed where that ends with %s again', (condition) => {
    const unacked = new Unacked();
    const [one, other] = [sending(), sending()];
    for (const each of [one, other]) unacked.add(each, 0);
    const suspects = new Suspects();
    suspects.ended(blame(condition));
    expect(suspects.judge(unacked)).toBe(one);
    suspects.ended(blame(condition));
    expect(suspects.judge(unacked)).toBeUndefined();
    expect([one.state, unacked.sendings]).toEqual(['failed', [other]]);
    expect(suspects.judge(unacked)).toBeUndefined();
  });

  it('is none where the server blames nobody, or we have ended it', () => {
    const unacked = new Unacked();
    unacked.add(sending(), 0);
    for (const reason of [
      blame('host-gone'),
      blame('policy-violation', 'local'),
      new Error('gone'),
      Object.assign(new Error('closed'), { closeCode: 1006, origin: 'peer' }),
      Object.assign(new Error('closed'), { closeCode: 1008, origin: 'local' }),
    ]) {
      const suspects = new Suspects();
      suspects.ended(reason);
      expect(suspects.judge(unacked)).toBeUndefined();
    }
    for (const closeCode of [1007, 1008, 1009]) {
      const suspects = new Suspects();
      suspects.ended(Object.assign(new Error('closed'), { closeCode, origin: 'peer' }));
      expect(suspects.judge(unacked)).toBe(unacked.sendings[0]);
    }
  });

  it('stays one where the next stream ends for another reason, and is none where all was counted', () => {
    const unacked = new Unacked();
    const one = sending();
    unacked.add(one, 0);
    const suspects = new Suspects();
    suspects.add(one);
    expect(suspects.judge(unacked)).toBe(one);
    unacked.ack(1);
    suspects.ended(blame());
    expect(suspects.judge(unacked)).toBeUndefined();
  });
});
