// Answers everybody else's messages with their own text, and lets everybody subscribe. Stops at Ctrl-C.
import { ClientXMPP } from '@sestina/client';
import { Ping } from '@sestina/xep-0199';
import { accountFromEnvironment } from './account.js';

const xmpp = new ClientXMPP({ ...accountFromEnvironment('echo-bot'), autoAuthorize: true, autoSubscribe: true });
xmpp.use(Ping);

xmpp.on('sessionStart', async () => {
  await xmpp.getRoster();
  xmpp.sendPresence({ status: 'Say something' });
});
xmpp.on('message', async (message) => {
  const { type, from, body } = message;
  // Not what is said in a room, not news, and not what our own account says: that would go on for ever.
  if (type !== 'chat' && type !== 'normal') return;
  if (from && !from.bare.equals(xmpp.account)) await message.reply(body).send();
});
xmpp.on('disconnected', ({ reason, willReconnect }) => {
  console.log(willReconnect ? `lost (${reason.message}), coming back` : `gone: ${reason.message}`);
});

await xmpp.connect();
console.log(`${xmpp.boundJid} is listening`);
process.once('SIGINT', () => void xmpp.disconnect());
