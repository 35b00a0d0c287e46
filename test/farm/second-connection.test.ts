import { HandshakeError } from '@sestina/component';
import { TimeoutError } from '@sestina/core';
import { Ping } from '@sestina/xep-0199';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import { answering, Generator } from '../support/generator.js';

const A_WHILE = 500;
const conflict = { code: 'ERR_STREAM', condition: 'conflict', retryable: false };

describe('a second connection for a domain of prosody', () => {
  const bench = useServer({ kind: 'prosody' });
  const domain = (index: number): string => bench.server.component.domains[index] ?? '';

  it('is refused where the first one has it, which does not notice', async () => {
    const [first, second] = [bench.component({ jid: domain(0) }), bench.component({ jid: domain(0) })];
    answering(first, 'first');
    const generator = bench.component({ jid: domain(1) });
    await Promise.all([first.connect(), generator.connect()]);
    const run = new Generator(generator, { domain: domain(0), count: 500 }).run();
    const attempts: unknown[] = [];
    second.on('connecting', (attempt) => void attempts.push(attempt));
    await expect(second.connect()).rejects.toMatchObject({ code: 'ERR_COMPONENT_CONFLICT', cause: conflict });
    expect(second.state).toBe('disconnected');
    await new Promise((resolve) => setTimeout(resolve, A_WHILE));
    expect(attempts).toHaveLength(1);
    expect(await run).toMatchObject({ answered: 500, lost: 0, byWorker: new Map([['first', 500]]) });
    expect(first.online).toBe(true);
  });

  it('ends the first one for good where the last one gets it: they do not take it from each other for ever', async () => {
    const [first, second] = [bench.component({ jid: domain(1) }), bench.component({ jid: domain(1) })];
    const endings: unknown[] = [];
    first.on('disconnected', (ending) => void endings.push(ending));
    await first.connect();
    await second.connect();
    await expect.poll(() => endings).toHaveLength(1);
    expect(endings).toMatchObject([{ reason: conflict, willReconnect: false }]);
    await new Promise((resolve) => setTimeout(resolve, A_WHILE));
    expect(first.state).toBe('disconnected');
    expect(second.online).toBe(true);
  });

  it('with a wrong secret is refused, and leaves the good one alone', async () => {
    for (const jid of [domain(0), domain(1)]) {
      const good = bench.component({ jid });
      await good.connect();
      await expect(bench.component({ jid, secret: 'guess' }).connect()).rejects.toBeInstanceOf(HandshakeError);
      expect(good.online).toBe(true);
    }
  });
});

describe('a second connection for a domain of ejabberd', () => {
  const bench = useServer({ kind: 'ejabberd' });
  const domain = (index: number): string => bench.server.component.domains[index] ?? '';

  it('shares it with the first one, and has it alone once that is gone', async () => {
    const [first, second] = [bench.component({ jid: domain(0) }), bench.component({ jid: domain(0) })];
    answering(first, 'first');
    answering(second, 'second');
    const generator = bench.component({ jid: domain(1) });
    await Promise.all([first.connect(), second.connect(), generator.connect()]);
    const both = await new Generator(generator, { domain: domain(0), count: 500 }).run();
    expect(both).toMatchObject({ answered: 500, lost: 0, repeated: 0, returned: 0 });
    for (const name of ['first', 'second']) expect(both.byWorker.get(name)).toBeGreaterThan(100);
    await first.disconnect();
    const alone = await new Generator(generator, { domain: domain(0), count: 200 }).run();
    expect(alone).toMatchObject({ answered: 200, lost: 0, byWorker: new Map([['second', 200]]) });
  });

  it('with a wrong secret is refused, and gets nothing of what is for the good one', async () => {
    const good = bench.component({ jid: domain(0) });
    answering(good, 'good');
    const generator = bench.component({ jid: domain(1) });
    await Promise.all([good.connect(), generator.connect()]);
    await expect(bench.component({ jid: domain(0), secret: 'guess' }).connect()).rejects.toBeInstanceOf(HandshakeError);
    const outcome = await new Generator(generator, { domain: domain(0), count: 200 }).run();
    expect(outcome).toMatchObject({ answered: 200, lost: 0, byWorker: new Map([['good', 200]]) });
  });

  it('may get the answer to what the first one asked: who wants answers asks from a domain of its own', async () => {
    const [first, second, own] = [0, 0, 2].map((index) => bench.component({ jid: domain(index) }));
    if (!first || !second || !own) throw new Error('three components');
    const [shared, alone] = [first.use(Ping), own.use(Ping)];
    await Promise.all([first.connect(), second.connect(), own.connect()]);
    const client = await bench.online();
    client.use(Ping);
    client.sendPresence();
    const ask = async (ping: Ping): Promise<unknown[]> => {
      const pings = Array.from({ length: 30 }, () => ping.ping(client.boundJid, { timeout: 1_500 }));
      const outcomes = await Promise.allSettled(pings);
      return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    };
    const failures = await ask(shared);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.length).toBeLessThan(30);
    for (const failure of failures) expect(failure).toBeInstanceOf(TimeoutError);
    expect(await ask(alone)).toEqual([]);
  });
});
