import { ClientXMPP } from '@sestina/client';
import { measureTraffic } from './lib/traffic.js';

await measureTraffic(async ({ mode, domain, port, jid, password, ca }, received) => {
  const where = { host: '127.0.0.1', port, reconnect: false as const };
  const xmpp =
    mode === 'sink'
      ? new ClientXMPP({ jid: domain, anonymous: true, tls: { required: false }, ...where })
      : new ClientXMPP({ jid: jid ?? '', password: password ?? '', tls: { ca }, ...where });
  xmpp.on('message', (message) => received(message.from?.toString(), message.body));
  await xmpp.connect();
  return { send: (to, body) => xmpp.sendMessage({ to, type: 'chat', body }), address: `${xmpp.boundJid}` };
});
