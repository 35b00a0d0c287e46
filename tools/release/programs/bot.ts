// What an application does with the packages: it logs in, uses plugins, exchanges a message, and removes a plugin.
import { ClientXMPP } from '@sestina/client';
import type { Message } from '@sestina/core';
import { MemoryServer } from '@sestina/testing';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { MultiUserChat, NS_MUC } from '@sestina/xep-0045';

const server = new MemoryServer({ domain: 'play.example', users: { bot: 'secret', alice: 'secret' } });
const { transports } = server;
const bot = new ClientXMPP({ jid: 'bot@play.example/stage', password: 'secret', transports });
const alice = new ClientXMPP({ jid: 'alice@play.example/balcony', password: 'secret', transports });
bot.use(ServiceDiscovery, { identities: [{ category: 'client', type: 'bot', name: 'Echo' }] });
bot.use(MultiUserChat);
const disco = alice.use(ServiceDiscovery);
bot.on('message', (message: Message) => void message.reply(`You said ${message.body ?? 'nothing'}`).send());
await Promise.all([bot.connect(), alice.connect()]);

const answer = alice.wait('message', { timeout: 30_000 });
alice.sendMessage({ to: bot.boundJid, type: 'chat', body: 'Hark' });
const { body } = await answer;
if (body !== 'You said Hark') throw new Error(`an unexpected answer: ${body}`);

const supported = (): Promise<boolean> => disco.supports(bot.boundJid, NS_MUC, { cached: false });
const before = await supported();
bot.remove(MultiUserChat);
const after = await supported();
if (!before || after) throw new Error(`rooms are supported before: ${before}, after: ${after}`);

await Promise.all([bot.dispose(), alice.dispose()]);
await server.stop();
console.log('done');
