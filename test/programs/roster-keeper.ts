// A component that lets itself be subscribed to at every address and keeps that in Redis, for test/servers/component-rosters.test.ts.
import { ComponentXMPP, RosterStore } from '@sestina/component';
import { UnstorageAdapter } from '@sestina/storage';
import { createStorage } from 'unstorage';
import redisDriver from 'unstorage/drivers/redis';

const { jid, host, port, secret, redis } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly jid: string;
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly redis: { readonly host: string; readonly port: number };
};
const storage = new UnstorageAdapter(createStorage({ driver: redisDriver(redis) }));
const component = new ComponentXMPP({ jid, host, port, secret, storage, autoAuthorize: true });
component.use(RosterStore);
// Goes to those alone who are subscribed as far as Redis knows.
for (const name of ['presenceSubscribe', 'presenceProbe'] as const) {
  component.on(name, ({ to }) => to && component.as(to).sendPresence({ status: `This is ${to.local}` }));
}
await component.connect();
console.log('online');
