// A bot with a plugin of its own, run as it stands.
import { ClientXMPP } from '@sestina/client';
import { MemoryServer } from '@sestina/testing';
import { Greeter } from './greeter.ts';

const server = new MemoryServer({ domain: 'play.example', users: { bot: 'secret', alice: 'secret' } });
const { transports } = server;
const bot = new ClientXMPP({ jid: 'bot@play.example/stage', password: 'secret', transports });
const alice = new ClientXMPP({ jid: 'alice@play.example', password: 'secret', transports });
const greeter: Greeter = bot.use(Greeter, { greeting: 'God ye good morrow' });
await Promise.all([bot.connect(), alice.connect()]);

const answer = alice.wait('message', { timeout: 5_000 });
alice.sendMessage({ to: 'bot@play.example/stage', type: 'chat', body: 'Hello' });
const { body } = await answer;
if (body !== 'God ye good morrow') throw new Error(`an unexpected answer: ${body}`);
if (greeter.greeted.join() !== 'alice@play.example') throw new Error(`greeted ${greeter.greeted.join()}`);

await Promise.all([bot.dispose(), alice.dispose()]);
await server.stop();
