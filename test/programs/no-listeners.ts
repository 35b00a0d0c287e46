// Logs in, listens to nothing, sends all the time without looking, and outlives its server: no-listeners.ts client|component
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';

const { SESTINA_JID: jid = '', SESTINA_PASSWORD: password = '', SESTINA_HOST: host, SESTINA_PORT } = process.env;
const options = { jid, host, port: Number(SESTINA_PORT), reconnect: { base: 50, max: 200, slowMax: 2_000 } };
const xmpp =
  process.argv[2] === 'component'
    ? new ComponentXMPP({ ...options, secret: password })
    : new ClientXMPP({ ...options, password });

await xmpp.connect();
console.log('online');
while (xmpp.online) await chatter();
console.log('lost');
while (!xmpp.online && xmpp.state !== 'disconnected') await chatter();
if (xmpp.online) {
  console.log('back');
  await xmpp.disconnect();
}
// Node itself has something to tidy up behind a connection. Pipes are the standard streams.
await sleep(50);
const handles = process
  .getActiveResourcesInfo()
  .filter((name) => !/^(PipeWrap|TTYWrap|CloseReq|FSReqPromise)$/.test(name));
console.log(`done: ${xmpp.state}, handles: ${JSON.stringify(handles)}`);

async function chatter(): Promise<void> {
  xmpp.sendMessage({ to: xmpp.boundJid, body: 'to myself' });
  await sleep(5);
}
