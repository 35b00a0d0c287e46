import { importPeer } from './lib/peers.js';
import { measureTraffic } from './lib/traffic.js';
import type { XmppModule } from './lib/xmppjs.js';

const { client, xml } = await importPeer<XmppModule>('@xmpp/client');

await measureTraffic(async ({ mode, domain, port, jid, password }, received) => {
  const account = mode === 'sink' ? {} : { username: jid?.split('@')[0], password };
  const xmpp = client({ service: `xmpp://127.0.0.1:${port}`, domain, ...account });
  xmpp.on('error', (error) => {
    throw error;
  });
  xmpp.on('stanza', (stanza) => {
    if (stanza.name === 'message') received(stanza.attrs['from'], stanza.getChildText('body') ?? undefined);
  });
  const address = await xmpp.start();
  return {
    send: (to, body) => xmpp.send(xml('message', { to, type: 'chat' }, xml('body', {}, body))),
    address: `${address}`,
  };
});
