import { ComponentXMPP } from '@sestina/component';
import { type RunningCluster, type RunningServer, startCluster, startRedis } from '@sestina/servers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SOON } from '../support/bench.js';
import { Farm } from '../support/farm.js';
import { answering, Generator } from '../support/generator.js';

const COUNT = 2_000;
const WINDOW = 200;
const RETRY_AFTER = 3_000;

describe('one domain on a cluster of two nodes', () => {
  let cluster: RunningCluster;
  let nodes: readonly [RunningServer, RunningServer];

  beforeAll(async () => {
    cluster = await startCluster({ users: 0 });
    nodes = cluster.nodes as [RunningServer, RunningServer];
  });

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
  });

  const open: ComponentXMPP[] = [];

  afterEach(async () => {
    await Promise.all(open.splice(0).map((xmpp) => xmpp.dispose()));
  });

  async function component(node: RunningServer, index: number): Promise<ComponentXMPP> {
    const { host, ports, component } = node;
    const jid = component.domains[index] ?? '';
    const xmpp = new ComponentXMPP({ jid, host, port: ports.component, secret: component.secret, reconnect: SOON });
    open.push(xmpp);
    await xmpp.connect();
    return xmpp;
  }

  it('belongs to the connections of the node where a message is sent, and to the other node where there is none', async () => {
    const here = await component(nodes[0], 0);
    const there = await component(nodes[1], 2);
    const first = await component(nodes[0], 1);
    const second = await component(nodes[1], 1);
    answering(first, 'first');
    answering(second, 'second');
    const domain = `${first.requestedJid}`;
    const ask = async (xmpp: ComponentXMPP) => {
      const { answered, lost, byWorker } = await new Generator(xmpp, { domain, count: 100 }).run();
      return { answered, lost, by: [...byWorker.keys()] };
    };
    expect(await ask(here)).toEqual({ answered: 100, lost: 0, by: ['first'] });
    expect(await ask(there)).toEqual({ answered: 100, lost: 0, by: ['second'] });
    await first.disconnect();
    expect(await ask(here)).toEqual({ answered: 100, lost: 0, by: ['second'] });
  });

  it('answers every message, also when a process and then a whole node are killed, and does the work for none twice', async () => {
    await using redis = await startRedis();
    const generator = await component(nodes[0], 0);
    const domain = nodes[0].component.domains[1] ?? '';
    await using farm = new Farm(nodes[0], domain, redis);
    await farm.add(2);
    await farm.add(2, nodes[1]);
    const options = { domain, window: WINDOW, retryAfter: RETRY_AFTER, count: COUNT };

    const [victim] = farm.workers;
    const first = await new Generator(generator, { ...options, at: { [COUNT / 2]: () => victim?.kill() } }).run();
    expect(first).toMatchObject({ answered: COUNT, unanswered: 0, returned: 0, doneTwice: 0 });
    expect(first.lost).toBeLessThanOrEqual(WINDOW);
    // The node has one left, and prefers it.
    expect([...first.byWorker.keys()].sort()).toEqual(['w1', 'w2']);

    await farm.workers[1]?.kill();
    const second = await new Generator(generator, { ...options, at: { [COUNT / 2]: () => farm.add() } }).run();
    expect(second).toMatchObject({ answered: COUNT, unanswered: 0, returned: 0, doneTwice: 0 });
    expect([...second.byWorker.keys()].sort()).toEqual(expect.arrayContaining(['w3', 'w4']));

    const other = await component(nodes[1], 2);
    const third = await new Generator(other, {
      ...options,
      at: { [COUNT / 2]: () => nodes[0].stop('KILL') },
    }).run();
    expect(third).toMatchObject({ answered: COUNT, unanswered: 0, returned: 0, doneTwice: 0 });
    await nodes[0].start();
    await cluster.joined(2);
    // The process of the killed node, and the generator that was there, come back by themselves.
    await expect.poll(() => farm.workers.at(-1)?.report.sessions, { timeout: 20_000 }).toBeGreaterThan(1);
    await expect.poll(() => generator.boundJid?.full, { timeout: 20_000 }).toBeDefined();
    const last = await new Generator(generator, { ...options, timeout: 30_000 }).run();
    expect(last).toMatchObject({ answered: COUNT, unanswered: 0, doneTwice: 0 });
    expect([...last.byWorker.keys()]).toContain('w5');
  });
});
