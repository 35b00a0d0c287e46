import { JID } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { start, text } from './helpers.js';

const streams = useStreams(afterEach);
const bob = JID.parse('bob@example.net');

async function client(...args: Parameters<typeof start>) {
  const started = await start(...args);
  streams.keep(started.stream);
  return started;
}

describe('what is kept', () => {
  it('of strangers is a tenth of all, and as many as one of them may have at least', async () => {
    for (const [perStranger, most] of [
      [3, 5],
      [7, 7],
    ] as const) {
      const { stream, index } = await client({ total: 50, perStranger, strangers: 10 });
      for (let who = 0; who < 5; who++) {
        for (let i = 0; i < 7; i++) await stream.recv(text(`s${i}`, { from: `s${who}@evil.example/x` }));
      }
      expect(index.size).toBe(most);
    }
  });

  it('is not kept where it is larger than all that may be, and drives out nothing', async () => {
    const { stream, xmpp, index } = await client({ maxBytes: 2_000 });
    xmpp.roster.of().apply([{ jid: bob, subscription: 'both' }]);
    await stream.recv(text('m1') + text('x'.repeat(1_000)));
    expect([index.size, (await index.find(bob, 'm1'))?.id]).toEqual([1, 'm1']);
    expect(await index.find(bob, 'x'.repeat(1_000))).toBeUndefined();
    // Strangers have a tenth, which is less than one message takes.
    await stream.recv(text('s1', { from: 'eve@evil.example/x' }));
    expect([index.size, await index.find(JID.parse('eve@evil.example'), 's1')]).toEqual([1, undefined]);
  });
});

describe('who waits for a message', () => {
  it('is one of a thousand: one more has no place beside them, but that of the first', async () => {
    const { stream, xmpp, index } = await client();
    xmpp.roster.of().apply([{ jid: bob, subscription: 'both' }]);
    const found: string[] = [];
    for (let i = 0; i <= 1_000; i++) index.onFound(bob, `m${i}`, ({ id }) => found.push(`${id}`));
    await stream.recv(text('m0') + text('m1') + text('m1000'));
    expect(found).toEqual(['m1', 'm1000']);
  });
});
