// Answers everybody else's messages with their own text, at every address of a domain; addresses say who they are. Stops at Ctrl-C.
import { ComponentXMPP } from '@sestina/component';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { Ping } from '@sestina/xep-0199';

const {
  SESTINA_COMPONENT: jid,
  SESTINA_SECRET: secret,
  SESTINA_HOST: host,
  SESTINA_COMPONENT_PORT: port,
} = process.env;
if (!jid || !secret) {
  console.error('Set SESTINA_COMPONENT and SESTINA_SECRET; `npm run servers` starts a server and prints both.');
  process.exit(2);
}

const component = new ComponentXMPP({ jid, secret, host, port: port ? Number(port) : undefined, autoAuthorize: true });
component.use(ServiceDiscovery, { identities: [{ category: 'component', type: 'generic', name: 'Echo' }] });
component.use(Ping);

component.on('message', (message) => {
  const { type, from, body } = message;
  // What our own domain says is not answered: that would go on for ever.
  if ((type === 'chat' || type === 'normal') && from?.domain !== component.serverDomain) message.reply(body).send();
});
// Whoever asks for a subscription sees the address there from then on.
component.on('presenceSubscribe', ({ to }) => {
  if (to) component.as(to.bare).sendPresence({ status: `I am ${to.bare} and repeat what you say` });
});
component.on('disconnected', ({ reason, willReconnect }) => {
  console.log(willReconnect ? `lost (${reason.message}), coming back` : `gone: ${reason.message}`);
});

await component.connect();
console.log(`every address of ${component.boundJid} is listening`);
process.once('SIGINT', () => void component.disconnect());
