import type { ComponentXMPP } from '@sestina/component';
import { TcpTransportFactory } from '@sestina/tcp';
import { FaultyTransportFactory } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { type Bench, useServer } from '../support/bench.js';

// Shorter than by default, so that it does not take minutes.
const keepAlive = { interval: 500, timeout: 1_500 };
const LONG = 5_000;

/** Connects so many to a domain and leaves them alone; then the way of the last one loses everything without a word. */
async function idle(bench: Bench, jid: string, count: number): Promise<void> {
  const transports = new FaultyTransportFactory(new TcpTransportFactory());
  const endings: [ComponentXMPP, unknown][] = [];
  const farm = Array.from({ length: count }, () => bench.component({ jid, keepAlive, transports }));
  for (const one of farm) {
    one.on('disconnected', ({ reason }) => void endings.push([one, reason]));
    await one.connect();
  }
  await new Promise((resolve) => setTimeout(resolve, LONG));
  expect(endings).toEqual([]);
  transports.current?.mute();
  await expect.poll(() => endings.length, { timeout: 15_000 }).toBe(1);
  expect(endings).toEqual([[farm.at(-1), expect.objectContaining({ code: 'ERR_CONNECTION_LOST', reason: 'timeout' })]]);
}

describe('processes on one domain of ejabberd that have nothing to do are not taken for dead', () => {
  const bench = useServer({ kind: 'ejabberd', balancedComponents: 3 });

  it.each([
    ['by chance', 0],
    ['by sender', -1],
  ])('where stanzas are handed out %s', async (_how, index) => {
    await idle(bench, bench.server.component.domains.at(index) ?? '', 3);
  });
});

describe('a component of prosody that has nothing to do', () => {
  const bench = useServer({ kind: 'prosody' });

  it('is not taken for dead', async () => {
    await idle(bench, bench.server.component.domains[0] ?? '', 1);
  });
});
