// How a farm of components does, and what becomes of messages when one of them is killed:
// node tools/scripts/run.mjs test/programs/farm.ts [MESSAGES] [WORKERS] [--no-redis] [--no-journal] [--no-kill] [--window N] [--cluster] [--kill-node]
// With --cluster there are two nodes, with half of the processes and of the messages each; --kill-node kills the second of them
// instead of a process, and starts it again. With --no-journal the processes do not write down what they have in hand.
import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { ComponentXMPP } from '@sestina/component';
import { type RunningServer, startCluster, startRedis, startServer } from '@sestina/servers';
import { UnstorageAdapter } from '@sestina/storage';
import { WorkRecords } from '@sestina/work-journal';
import { createStorage } from 'unstorage';
import redisDriver from 'unstorage/drivers/redis';
import { Farm } from '../support/farm.js';
import { Generator, type GeneratorOptions, type Outcome } from '../support/generator.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'no-redis': { type: 'boolean', default: false },
    'no-journal': { type: 'boolean', default: false },
    'no-kill': { type: 'boolean', default: false },
    window: { type: 'string', default: '400' },
    cluster: { type: 'boolean', default: false },
    'kill-node': { type: 'boolean', default: false },
  },
});
const [count = 20_000, size = 4] = positionals.map(Number);
const window = Number(options.window);

await using cluster = options.cluster ? await startCluster({ users: 0 }) : undefined;
await using single = cluster ? undefined : await startServer({ kind: 'ejabberd', users: 0 });
const nodes = cluster?.nodes ?? [single as RunningServer];
await using redis = options['no-redis'] ? undefined : await startRedis();
const [server] = nodes as [RunningServer];
const domains = server.component.domains;
const domain = domains[1] ?? '';
const generators = await Promise.all(nodes.map((node, index) => connect(node, domains[2 * index] ?? '')));
await using farm = new Farm(server, domain, redis, { journal: !options['no-journal'] });
const nodeOf = new Map<string, string>();
for (const [index, node] of nodes.entries()) {
  const share = Math.ceil((size - index) / nodes.length);
  for (const { name } of await farm.add(share, node)) nodeOf.set(name, `node ${index + 1}`);
}
// Each process has a compiler that warms up.
await run(5_000 * size);
const before = await Promise.all(farm.workers.map(async (worker) => ({ ...(await worker.ask('reset')) })));

const node = options['kill-node'] ? nodes[1] : undefined;
const victim = node || options['no-kill'] || size < 2 ? undefined : farm.workers[1];
const [serverCpu, ownCpu] = [await cpuOfServers(), process.cpuUsage()];
const outcome = await run(count, async () => {
  await victim?.kill();
  await node?.stop('KILL');
  await node?.start();
});
const ownUsed = process.cpuUsage(ownCpu);
const serverUsed = (await cpuOfServers()) - serverCpu;
for (const worker of farm.workers) if (worker.running) await worker.ask();
await Promise.all(generators.map((xmpp) => xmpp.disconnect()));

const { busySeconds, answered, repeated, lost, lostIds, unanswered, returned, doneTwice, byWorker } = outcome;
const share = (micros: number): string => `${Math.round(micros / busySeconds / 10_000)} %`;
console.log(
  `${count} messages to 200 addresses of one domain, ${window} on their way at once, ${size} processes, ${nodes.length} of ejabberd`,
);
console.log(
  `shared state: ${redis ? 'Redis' : 'none'}; killed half-way: ${node ? 'node 2' : (victim?.name ?? 'none')}`,
);
console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node.js ${process.versions.node}\n`);
console.table(
  farm.workers.map((worker, index) => {
    const done = worker.report.answered - (before[index]?.answered ?? 0);
    return {
      process: worker.name,
      at: nodeOf.get(worker.name),
      // What a killed process said last is up to 200 ms old.
      'answers sent': worker.running ? done : `${done} or more`,
      'first answers': byWorker.get(worker.name) ?? 0,
      'done before': worker.report.again - (before[index]?.again ?? 0),
      'µs of CPU each': worker.running ? Math.round(worker.report.cpu / done) : 'unknown',
      state: worker.running ? 'running' : 'killed',
    };
  }),
);
console.log(`answered ${answered}, never answered ${unanswered}, lost and sent again ${lost}, returned ${returned}`);
if (victim && redis && !options['no-journal']) {
  const named = await inHandOf(victim.name);
  const known = [...lostIds.keys()].filter((id) => named.has(id));
  console.log(
    `the journal of ${victim.name} names ${named.size}: ${known.length} of those that were lost, and others that it had just answered`,
  );
  console.log(`lost before ${victim.name} took them on: ${lost - known.length}`);
  const silent = [...lostIds].filter(([id, doneBy]) => doneBy === victim.name && !named.has(id));
  console.log(`lost, begun by ${victim.name}, and not in its journal: ${silent.length}`);
}
console.log(`answered more than once ${repeated}, work done more than once ${doneTwice}`);
console.log(
  `${Math.round((count - lost) / busySeconds)} messages/s; CPU: server ${node ? 'unknown' : share(serverUsed)}, generator ${share(ownUsed.user + ownUsed.system)} of one core`,
);

/** The ids of what that process had in hand when it died. */
async function inHandOf(name: string): Promise<ReadonlySet<string | undefined>> {
  const storage = createStorage({ driver: redisDriver({ host: redis?.host ?? '', port: redis?.port ?? 0 }) });
  const { entries } = await new WorkRecords(new UnstorageAdapter(storage)).of(name);
  await storage.dispose();
  return new Set(entries.map(({ id }) => id));
}

async function connect({ host, ports, component }: RunningServer, jid: string): Promise<ComponentXMPP> {
  const xmpp = new ComponentXMPP({ jid, host, port: ports.component, secret: component.secret });
  await xmpp.connect();
  return xmpp;
}

/** So many messages, shared by all generators; `half` is called when the last of them has half of its answers. */
async function run(messages: number, half?: () => unknown): Promise<Outcome> {
  const share = Math.floor(messages / generators.length);
  const common: GeneratorOptions = { domain, count: share, window: window / generators.length, timeout: 600_000 };
  const at = half ? { [Math.floor(share / 2)]: half } : {};
  const outcomes = await Promise.all(
    generators.map((xmpp, index) =>
      new Generator(xmpp, { ...common, at: index === generators.length - 1 ? at : {} }).run(),
    ),
  );
  const byWorker = new Map<string, number>();
  for (const [name, number] of outcomes.flatMap((one) => [...one.byWorker])) {
    byWorker.set(name, (byWorker.get(name) ?? 0) + number);
  }
  const sum = (key: 'sent' | 'answered' | 'repeated' | 'lost' | 'unanswered' | 'returned' | 'doneTwice') =>
    outcomes.reduce((total, one) => total + one[key], 0);
  const longest = (key: 'seconds' | 'busySeconds') => Math.max(...outcomes.map((one) => one[key]));
  return {
    sent: sum('sent'),
    answered: sum('answered'),
    repeated: sum('repeated'),
    lost: sum('lost'),
    lostIds: new Map(outcomes.flatMap((one) => [...one.lostIds])),
    unanswered: sum('unanswered'),
    returned: sum('returned'),
    doneTwice: sum('doneTwice'),
    byWorker,
    seconds: longest('seconds'),
    busySeconds: longest('busySeconds'),
  };
}

async function cpuOfServers(): Promise<number> {
  const each = await Promise.all(nodes.map(({ directory }) => cpuBelow(directory)));
  return each.reduce((total, one) => total + one, 0);
}

/** CPU time in µs of the processes that work in a directory. Linux counts in ticks of 10 ms. */
async function cpuBelow(directory: string): Promise<number> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const ticks = ids.map(async (id) => {
    const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
    if (!environment.includes(`EJABBERD_LOG_PATH=${directory}`)) return 0;
    const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
    const [user = '0', system = '0'] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11);
    return Number(user) + Number(system);
  });
  return (await Promise.all(ticks)).reduce((sum, one) => sum + one, 0) * 10_000;
}
