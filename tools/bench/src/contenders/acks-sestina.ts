import { StreamManagement } from '@sestina/xep-0198';
import { measureAcks } from './lib/acks.js';
import { scriptedClient } from './lib/sestina.js';

await measureAcks(async (script) => {
  const { xmpp, transport } = scriptedClient(script);
  const management = xmpp.use(StreamManagement, { maxUnacked: 100_000, maxUnackedBytes: 100_000_000 });
  await xmpp.connect();
  return {
    send: (body) => xmpp.sendMessage({ to: 'romeo@montague.example', body }),
    unacked: () => management.unacked.length,
    deliver: (chunk) => transport.deliver(chunk),
  };
});
