// Messages in a store of valtio: each in a ref(), since it makes deep proxies of everything else.
import assert from 'node:assert/strict';
import { ClientXMPP } from '@sestina/client';
import { MemoryServer } from '@sestina/testing';
import { proxy, ref, snapshot } from 'valtio/vanilla';

const server = new MemoryServer({ domain: 'play.example', users: { romeo: 'secret' } });
const romeo = new ClientXMPP({ jid: 'romeo@play.example', password: 'secret', transports: server.transports });
const store = proxy({ client: ref(romeo), messages: [] });
romeo.on('message', (message) => store.messages.push(ref(message)));
await store.client.connect();
const arrived = romeo.wait('message', { timeout: 5_000 });
store.client.sendMessage({ to: romeo.boundJid, type: 'chat', body: 'Hello' });
await arrived;
const [message] = snapshot(store).messages;
assert.equal(message.body, 'Hello');
assert.ok(store.messages[0].from.equals(romeo.boundJid));
await romeo.dispose();
await server.stop();
