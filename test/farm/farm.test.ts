import { type RunningRedis, startRedis } from '@sestina/servers';
import { UnstorageAdapter } from '@sestina/storage';
import { WorkRecords } from '@sestina/work-journal';
import { createStorage } from 'unstorage';
import redisDriver from 'unstorage/drivers/redis';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import { Farm } from '../support/farm.js';
import { Generator } from '../support/generator.js';

const COUNT = 2_000;
const WINDOW = 200;
// Longer than any answer takes: a worker that is only slow would have its work done by another one too.
const RETRY_AFTER = 3_000;
// Where everything is in somebody's hand when one is killed.
const IN_HAND = 60;
const WORK = 3_000;

/** What the processes of a farm have in hand, as they say in Redis. */
function recordsIn(redis: RunningRedis): WorkRecords & AsyncDisposable {
  const storage = createStorage({ driver: redisDriver({ host: redis.host, port: redis.port }) });
  return Object.assign(new WorkRecords(new UnstorageAdapter(storage)), {
    [Symbol.asyncDispose]: () => storage.dispose(),
  });
}

describe('four processes on one domain of ejabberd', () => {
  const bench = useServer({ kind: 'ejabberd' });

  it('answer every message, also when one of them is killed, and do the work for none twice', async () => {
    const [own = '', domain = ''] = bench.server.component.domains;
    await using redis = await startRedis();
    await using records = recordsIn(redis);
    await using farm = new Farm(bench.server, domain, redis);
    await farm.add(4);
    const [, victim] = farm.workers;
    const generator = bench.component({ jid: own });
    await generator.connect();
    const options = { domain, window: WINDOW, retryAfter: RETRY_AFTER };
    const outcome = await new Generator(generator, {
      ...options,
      count: COUNT,
      at: { [COUNT / 2]: () => victim?.kill() },
    }).run();
    const sum = [...outcome.byWorker.values()].reduce((total, one) => total + one, 0);
    expect(outcome).toMatchObject({ sent: COUNT, answered: COUNT, unanswered: 0, returned: 0, doneTwice: 0 });
    expect(sum).toBe(COUNT);
    expect(victim?.running).toBe(false);
    // No more than what was on its way.
    expect(outcome.lost).toBeLessThanOrEqual(WINDOW);
    expect(outcome.byWorker.get('w2')).toBeLessThan(COUNT / 2);
    for (const name of ['w1', 'w3', 'w4']) expect(outcome.byWorker.get(name)).toBeGreaterThan(COUNT / 10);
    // What was lost and is not in its journal it had not read, or not begun.
    const named = new Set((await records.of('w2')).entries.map(({ id }) => id));
    expect([...outcome.lostIds].filter(([id, doneBy]) => doneBy === 'w2' && !named.has(id))).toEqual([]);
    expect(named.size).toBeGreaterThan(0);
    expect(named.size).toBeLessThan(COUNT / 2);

    const [fresh] = await farm.add();
    const after = await new Generator(generator, { ...options, count: 400 }).run();
    expect(after).toMatchObject({ answered: 400, lost: 0, repeated: 0, returned: 0 });
    expect([...after.byWorker.keys()].sort()).toEqual(['w1', 'w3', 'w4', fresh?.name]);
    expect(farm.workers.filter(({ running }) => running).map(({ report }) => report.sessions)).toEqual([1, 1, 1, 1]);
  });

  it('say what they have in hand: what is lost with one of them is what stands in its journal, until that is cleared', async () => {
    const [own = '', domain = ''] = bench.server.component.domains;
    await using redis = await startRedis();
    await using records = recordsIn(redis);
    await using farm = new Farm(bench.server, domain, redis, { work: WORK });
    await farm.add(4);
    const generator = bench.component({ jid: own });
    await generator.connect();
    const inHand = async (name: string) => (await records.of(name)).entries.map(({ id }) => id ?? '').sort();
    const run = new Generator(generator, { domain, count: IN_HAND, window: IN_HAND, retryAfter: 3 * WORK }).run();
    const all = async () => (await Promise.all(['w1', 'w2', 'w3', 'w4'].map(inHand))).flat();
    await expect.poll(async () => (await all()).length, { timeout: WORK }).toBe(IN_HAND);
    await farm.workers[1]?.kill();
    const named = await inHand('w2');
    const { answered, lostIds, doneTwice } = await run;
    expect([answered, doneTwice]).toEqual([IN_HAND, 0]);
    expect(named.length).toBeGreaterThan(0);
    expect([...lostIds.keys()].sort()).toEqual(named);
    expect([...lostIds.values()]).not.toContain('w2');
    await expect.poll(() => records.processes(), { timeout: 10_000 }).toEqual(['w2']);
    await (await records.of('w2')).clear();
    expect(await records.processes()).toEqual([]);
  });

  it('know what another one has done: a message that comes again is answered, and not done again', async () => {
    const [own = '', domain = ''] = bench.server.component.domains;
    await using redis = await startRedis();
    await using farm = new Farm(bench.server, domain, redis);
    await farm.add(4);
    const generator = bench.component({ jid: own });
    await generator.connect();
    const send = () => generator.sendMessage({ to: `user1@${domain}`, type: 'chat', id: 'the same', body: 'order' });
    const answers: string[] = [];
    generator.on('message', ({ body }) => void answers.push(body ?? ''));
    await send();
    await expect.poll(() => answers).toHaveLength(1);
    const [worker = ''] = answers[0]?.split(' ') ?? [];
    for (let times = 0; times < 80; times++) send();
    await expect.poll(() => answers).toHaveLength(81);
    const pairs = answers.map((answer) => answer.split(' '));
    expect(new Set(pairs.map(([, work]) => work))).toEqual(new Set([worker]));
    expect(new Set(pairs.map(([answerer]) => answerer)).size).toBe(4);
  });

  it('are not missed while at least one is there, and are as soon as none is', async () => {
    const [own = '', domain = ''] = bench.server.component.domains;
    await using farm = new Farm(bench.server, domain);
    await farm.add(2);
    const generator = bench.component({ jid: own });
    await generator.connect();
    await farm.workers[0]?.kill();
    const one = await new Generator(generator, { domain, count: 100, retryAfter: RETRY_AFTER }).run();
    expect(one).toMatchObject({ answered: 100, lost: 0, returned: 0, byWorker: new Map([['w2', 100]]) });
    await farm.workers[1]?.kill();
    const errors: unknown[] = [];
    generator.onMessage(({ error }) => void errors.push(error?.condition), { type: 'error' });
    // What the server writes to a connection before it hears of its end is gone.
    const ask = (): number => {
      generator.sendMessage({ to: `user1@${domain}`, type: 'chat', body: 'anybody?' });
      return errors.length;
    };
    await expect.poll(ask, { timeout: 10_000, interval: 200 }).toBeGreaterThan(0);
  });
});
