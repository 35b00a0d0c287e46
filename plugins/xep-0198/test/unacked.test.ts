import { Sending, XmlElement } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { WRAP } from '../src/stanza.js';
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
