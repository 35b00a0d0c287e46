// Sends one message and leaves: send.ts juliet@capulet.example 'Wherefore art thou?'
import { ClientXMPP } from '@sestina/client';
import { accountFromEnvironment } from './account.js';

const [to, ...words] = process.argv.slice(2);
if (!to || words.length === 0) {
  console.error('usage: send.ts <address> <text>');
  process.exit(2);
}

const xmpp = new ClientXMPP({ ...accountFromEnvironment('send'), reconnect: false });
try {
  await xmpp.connect();
  await xmpp.sendMessage({ to, type: 'chat', body: words.join(' ') });
  console.log(`sent to ${to}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await xmpp.disconnect();
}
