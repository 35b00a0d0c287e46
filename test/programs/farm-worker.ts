// One process of a farm, started by `Worker` of test/support/farm.ts: a component that answers every message, and does the work
// for each only once, whichever process it came to first.
import { ComponentXMPP } from '@sestina/component';
import type { Message, Storage } from '@sestina/core';
import { UnstorageAdapter } from '@sestina/storage';
import { WorkJournal } from '@sestina/work-journal';
import { createStorage } from 'unstorage';
import redisDriver from 'unstorage/drivers/redis';
import type { WorkerOptions, WorkerReport } from '../support/farm.js';

const REPORT_EVERY = 200;

const {
  name,
  domain,
  host,
  port,
  secret,
  redis,
  journal = true,
  work = 0,
} = JSON.parse(process.argv[2] ?? '{}') as WorkerOptions;
const storage: Storage | undefined = redis && new UnstorageAdapter(createStorage({ driver: redisDriver(redis) }));
const component = new ComponentXMPP({
  jid: domain,
  host,
  port,
  secret,
  storage,
  reconnect: { base: 50, max: 200, slowMax: 2_000 },
});
const inHand = storage && journal ? component.use(WorkJournal, { process: name }) : undefined;
const report: WorkerReport = { answered: 0, again: 0, sessions: 0, cpu: 0 };
let begin = process.cpuUsage();

/** The outcome of the work, which was perhaps done before. */
async function workOf(message: Message): Promise<string> {
  if (!storage) return name;
  const key = `done/${message.from}/${message.id}`;
  const done = await storage.get(key);
  if (done !== undefined) {
    report.again += 1;
    return done;
  }
  if (work > 0) await new Promise((resolve) => setTimeout(resolve, work));
  await storage.set(key, name);
  return name;
}

async function answer(message: Message): Promise<void> {
  const done = await workOf(message);
  const answer = message.reply(`${name} ${done}`);
  answer.id = message.id;
  await answer.send();
  report.answered += 1;
}

component.on('message', (message) => (inHand ? inHand.run(message, () => answer(message)) : answer(message)));
component.on('sessionStart', () => {
  report.sessions += 1;
});

function tell(): void {
  const { user, system } = process.cpuUsage(begin);
  process.send?.({ ...report, cpu: user + system });
}

process.on('message', (what) => {
  if (what === 'reset') begin = process.cpuUsage();
  tell();
});
// Its parent is gone.
process.on('disconnect', () => process.exit(0));
await component.connect();
begin = process.cpuUsage();
tell();
setInterval(tell, REPORT_EVERY);
