import { requirePeer } from './lib/peers.js';
import type { StanzaModule } from './lib/stanza.js';
import { measureTraffic } from './lib/traffic.js';

// It has no TCP transport: WebSocket, over TLS as the others.
await measureTraffic(async ({ domain, httpsPort, jid, password }, received) => {
  const { createClient } = requirePeer('stanza') as StanzaModule;
  const client = createClient({
    jid,
    password,
    transports: { websocket: `wss://${domain}:${httpsPort}/xmpp-websocket`, bosh: false },
  });
  client.on('message', ({ from, body }: { from?: string; body?: string }) => received(from, body));
  const address = await new Promise<string>((resolve, reject) => {
    client.on('session:started', (bound: string | undefined) => resolve(bound ?? ''));
    client.on('auth:failed', () => reject(new Error('stanza could not log in')));
    client.connect();
  });
  return { send: (to, body) => client.sendMessage({ to, type: 'chat', body }), address };
});
