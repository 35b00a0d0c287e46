import { measureComponent } from './lib/component-load.js';
import { importPeer } from './lib/peers.js';
import type { ComponentModule } from './lib/xmppjs-component.js';

const { component, xml } = await importPeer<ComponentModule>('@xmpp/component');

await measureComponent(async ({ domain, secret, port }, heard) => {
  const xmpp = component({ service: `xmpp://127.0.0.1:${port}`, domain, password: secret });
  xmpp.on('error', (error) => {
    throw error;
  });
  xmpp.on('stanza', (stanza) => {
    const body = stanza.name === 'message' ? stanza.getChildText('body') : null;
    const { from = '', to = '', type = 'normal' } = stanza.attrs;
    if (body === null || !heard(body)) return;
    void xmpp.send(xml('message', { from: to, to: from, type }, xml('body', {}, body)));
  });
  await xmpp.start();
  return { send: (to, body) => xmpp.send(xml('message', { from: domain, to }, xml('body', {}, body))) };
});
