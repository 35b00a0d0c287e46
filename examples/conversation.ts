// What `npm start` runs: a bot, a component and a client talk on the embedded server, every stanza printed.
import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';
import { MemoryServer } from '@sestina/testing';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { SoftwareVersion } from '@sestina/xep-0092';
import { EntityCapabilities } from '@sestina/xep-0115';
import { Ping } from '@sestina/xep-0199';

const server = new MemoryServer({
  domain: 'montague.example',
  users: { romeo: 'rose', bot: 'beep' },
  components: { 'echo.montague.example': 'hush' },
});
server.onStanza((entry) => console.log(String(entry)));
const { transports } = server;

const bot = new ClientXMPP({ jid: 'bot@montague.example/bot', password: 'beep', transports, autoAuthorize: true });
bot.use(ServiceDiscovery);
bot.use(EntityCapabilities);
bot.use(Ping);
bot.use(SoftwareVersion, { name: 'Conversation', version: '1.0' });
bot.on('sessionStart', () => void bot.sendPresence());
bot.on('message', (message) => {
  const { type, from, body } = message;
  if (type === 'chat' && !from?.bare.equals(bot.account)) message.reply(`You said: ${body}`).send();
});

const component = new ComponentXMPP({ jid: 'echo.montague.example', secret: 'hush', transports });
component.use(Ping);
component.on('message', (message) => {
  const { type, from, body } = message;
  if (type === 'chat' && from?.domain !== component.serverDomain) message.reply(body?.toUpperCase()).send();
});

const romeo = new ClientXMPP({ jid: 'romeo@montague.example/orchard', password: 'rose', transports });
const disco = romeo.use(ServiceDiscovery);
const ping = romeo.use(Ping);
const version = romeo.use(SoftwareVersion);

await Promise.all([bot.connect(), component.connect(), romeo.connect()]);
romeo.sendPresence();

const answers: string[] = [];
for (const to of ['bot@montague.example/bot', 'wall@echo.montague.example']) {
  const answer = romeo.wait('message', { timeout: 5_000 });
  await romeo.sendMessage({ to, type: 'chat', body: 'But soft, what light through yonder window breaks?' });
  answers.push((await answer).body ?? '');
}
const software = await version.query('bot@montague.example/bot');
const info = await disco.info('bot@montague.example/bot');
const roundTrip = await ping.ping('echo.montague.example');

console.log('\nThe bot answered:      ', answers[0]);
console.log('The component answered:', answers[1]);
console.log('The bot runs:          ', `${software.name} ${software.version}`);
console.log('The bot can:           ', [...info.features].sort().join(', '));
console.log('The component is', `${roundTrip.toFixed(1)} ms away.`);

await Promise.all([romeo.disconnect(), bot.disconnect(), component.disconnect()]);
await server.stop();
