import type { ComponentXMPP } from '@sestina/component';
import { Ping } from '@sestina/xep-0199';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';

const SENDERS = 60;
const ROUNDS = 3;
const A_WHILE = 500;

describe('a domain of ejabberd that is divided between two connections by sender', () => {
  const bench = useServer({ kind: 'ejabberd', balancedComponents: 2 });

  /** Lets every sender say something three times. Who heard how many of whom, and how many errors came back. */
  async function ask(generator: ComponentXMPP, workers: readonly ComponentXMPP[], expected?: number) {
    const heard = workers.map(() => [] as string[]);
    const errors: unknown[] = [];
    const registrations = workers.map((worker, index) =>
      worker.on('message', ({ from }) => void heard[index]?.push(`${from?.bare}`)),
    );
    registrations.push(generator.onMessage((message) => void errors.push(message.error), { type: 'error' }));
    const to = `user@${workers[0]?.requestedJid}`;
    for (let round = 0; round < ROUNDS; round++) {
      for (let sender = 0; sender < SENDERS; sender++) {
        generator.sendMessage({ from: `sender${sender}@${generator.boundJid}/${round}`, to, body: 'x' });
      }
    }
    const arrived = () => heard.flat().length;
    if (expected !== undefined) await expect.poll(arrived, { timeout: 5_000 }).toBe(expected);
    // An error would come on the same stream as this answer, but perhaps behind it.
    await generator.use(Ping).ping(bench.server.domain);
    await new Promise((resolve) => setTimeout(resolve, A_WHILE));
    for (const registration of registrations) registration.dispose();
    return { heard, errors, arrived: arrived() };
  }

  it('gives a sender to one of them always, and loses the share of whoever is missing without an error', async () => {
    const { domains } = bench.server.component;
    const generator = bench.component({ jid: domains[0] ?? '' });
    const [one, two] = [0, 1].map(() => bench.component({ jid: domains.at(-1) ?? '' }));
    if (!one || !two) throw new Error('two components');
    await Promise.all([generator.connect(), one.connect(), two.connect()]);
    const both = await ask(generator, [one, two], SENDERS * ROUNDS);
    const senders = both.heard.map((list) => new Set(list));
    for (const set of senders) expect(set.size).toBeGreaterThan(5);
    expect(senders.reduce((sum, { size }) => sum + size, 0)).toBe(SENDERS);

    await two.disconnect();
    const alone = await ask(generator, [one]);
    expect(alone.arrived).toBeGreaterThan(0);
    expect(alone.arrived).toBeLessThan(SENDERS * ROUNDS);
    expect(alone.errors).toEqual([]);

    await one.disconnect();
    const nobody = await ask(generator, [one]);
    expect(nobody).toMatchObject({ arrived: 0, errors: [] });
  });
});
