// How a farm of components does, and what becomes of messages when one of them is killed:
// node tools/scripts/run.mjs test/programs/farm.ts [MESSAGES] [WORKERS] [--no-redis] [--no-kill] [--window N]
import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { ComponentXMPP } from '@sestina/component';
import { startRedis, startServer } from '@sestina/servers';
import { Farm } from '../support/farm.js';
import { Generator } from '../support/generator.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'no-redis': { type: 'boolean', default: false },
    'no-kill': { type: 'boolean', default: false },
    window: { type: 'string', default: '400' },
  },
});
const [count = 20_000, size = 4] = positionals.map(Number);
const window = Number(options.window);

await using server = await startServer({ kind: 'ejabberd', users: 0 });
await using redis = options['no-redis'] ? undefined : await startRedis();
const [own = '', domain = ''] = server.component.domains;
const { host, ports, component } = server;
const xmpp = new ComponentXMPP({ jid: own, host, port: ports.component, secret: component.secret });
await xmpp.connect();
await using farm = new Farm(server, domain, redis);
await farm.add(size);
// Each process has a compiler that warms up.
await new Generator(xmpp, { domain, window, count: 5_000 * size, timeout: 600_000 }).run();
const before = await Promise.all(farm.workers.map(async (worker) => ({ ...(await worker.ask('reset')) })));

const victim = options['no-kill'] || size < 2 ? undefined : farm.workers[1];
const at: Record<number, () => unknown> = victim ? { [Math.floor(count / 2)]: () => victim.kill() } : {};
const [serverCpu, ownCpu] = [await cpuBelow(server.directory), process.cpuUsage()];
const outcome = await new Generator(xmpp, { domain, window, count, at, timeout: 600_000 }).run();
const ownUsed = process.cpuUsage(ownCpu);
const serverUsed = (await cpuBelow(server.directory)) - serverCpu;
for (const worker of farm.workers) if (worker.running) await worker.ask();
await xmpp.disconnect();

const { busySeconds, answered, repeated, lost, unanswered, returned, doneTwice, byWorker } = outcome;
const share = (micros: number): string => `${Math.round(micros / busySeconds / 10_000)} %`;
console.log(`${count} messages to 200 addresses of one domain, ${window} on their way at once, ${size} processes`);
console.log(`shared state: ${redis ? 'Redis' : 'none'}; killed half-way: ${victim ? victim.name : 'none'}`);
console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node.js ${process.versions.node}\n`);
console.table(
  farm.workers.map((worker, index) => {
    const done = worker.report.answered - (before[index]?.answered ?? 0);
    return {
      process: worker.name,
      'answers sent': done,
      'first answers': byWorker.get(worker.name) ?? 0,
      'done before': worker.report.again - (before[index]?.again ?? 0),
      'µs of CPU each': Math.round(worker.report.cpu / done),
      state: worker.running ? 'running' : 'killed',
    };
  }),
);
console.log(`answered ${answered}, never answered ${unanswered}, lost and sent again ${lost}, returned ${returned}`);
console.log(`answered more than once ${repeated}, work done more than once ${doneTwice}`);
console.log(
  `${Math.round((count - lost) / busySeconds)} messages/s; CPU: server ${share(serverUsed)}, generator ${share(ownUsed.user + ownUsed.system)} of one core`,
);

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
