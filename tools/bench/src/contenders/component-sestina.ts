import { ComponentXMPP } from '@sestina/component';
import { measureComponent } from './lib/component-load.js';

await measureComponent(async ({ domain, secret, port }, heard) => {
  const component = new ComponentXMPP({ jid: domain, secret, host: '127.0.0.1', port, reconnect: false });
  component.on('message', (message) => {
    const { body = '' } = message;
    if (heard(body)) message.reply(body).send();
  });
  await component.connect();
  return { send: (to, body) => component.sendMessage({ to, body }) };
});
