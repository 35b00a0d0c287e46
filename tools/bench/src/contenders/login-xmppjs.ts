import { measureLogins } from './lib/login.js';
import { importPeer } from './lib/peers.js';
import type { XmppClient, XmppModule } from './lib/xmppjs.js';

interface Stoppable extends XmppClient {
  stop(): Promise<unknown>;
}

const { client } = await importPeer<XmppModule>('@xmpp/client');

await measureLogins(async ({ domain, port, jid, password }) => {
  const xmpp = client({
    service: `xmpp://127.0.0.1:${port}`,
    domain,
    username: jid.split('@')[0],
    password,
  }) as Stoppable;
  xmpp.on('error', (error) => {
    throw error;
  });
  let writes = 0;
  let secure = false;
  const connection = xmpp as unknown as { write(text: string): Promise<void> };
  const write = connection.write.bind(connection);
  connection.write = (text) => {
    if (secure) writes += 1;
    secure ||= text.includes('<starttls');
    return write(text);
  };
  await xmpp.start();
  return { writes, end: () => xmpp.stop() };
});
