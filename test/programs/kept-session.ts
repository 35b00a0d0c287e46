// A client whose session outlives it, for test/servers/xep-0198.test.ts: it sends numbers, and notes what it has begun to send, what was
// written and what it has heard, until it is killed.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientXMPP } from '@sestina/client';
import { UnstorageAdapter } from '@sestina/storage';
import { atomicFs, FileLocks, FileSecrets } from '@sestina/storage/fs';
import { StreamManagement } from '@sestina/xep-0198';
import { createStorage } from 'unstorage';

const { jid, password, host, port, folder, to } = JSON.parse(process.argv[2] ?? '{}') as Record<
  'folder' | 'host' | 'jid' | 'password' | 'to',
  string
> & { readonly port: number };

const note = (file: string, line: string): void => appendFileSync(join(folder, file), `${line}\n`);
const last = (): number => {
  try {
    return Number(readFileSync(join(folder, 'begun'), 'utf8').trim().split('\n').at(-1)) + 1;
  } catch {
    return 0;
  }
};

const driver = atomicFs({ base: join(folder, 'state') });
const storage = new UnstorageAdapter(createStorage({ driver }), { locks: new FileLocks(join(folder, 'locks')) });
const secrets = new FileSecrets(join(folder, 'secrets'));
const client = new ClientXMPP({
  jid,
  password,
  host,
  port,
  storage,
  secrets,
  reconnect: { base: 50, max: 200, slowMax: 2_000 },
});
client.use(StreamManagement, { persist: true, ackEvery: 2, ackAfter: 20, requestEvery: 2, requestAfter: 20 });
client.onMessage(({ body }) => note('heard', body ?? ''));
client.on('smUnknown', ({ sendings }) => {
  for (const { element } of sendings) note('unknown', element.child('body')?.text ?? '');
});
for (const name of ['sessionStart', 'sessionRestored'] as const) client.on(name, () => note('events', name));
await client.connect();
let told = false;
for (let number = last(); ; number++) {
  note('begun', String(number));
  await client.sendMessage({ to, type: 'chat', body: String(number) });
  note('written', String(number));
  // From now on the session is kept.
  if (!told) console.log('online');
  told = true;
  if (number % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
