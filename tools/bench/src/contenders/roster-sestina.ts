import { measureRoster } from './lib/roster.js';
import { scriptedClient } from './lib/sestina.js';

await measureRoster(async (answers) => {
  // A roster of that size goes past the default limits of one stanza.
  const { xmpp, transport } = scriptedClient(answers, { limits: { maxStanzaBytes: 1 << 23, maxElements: 100_000 } });
  let online = 0;
  xmpp.on('gotOnline', () => {
    online += 1;
  });
  await xmpp.connect();
  return {
    fetch: async () => void (await xmpp.getRoster()),
    deliver: (chunk) => transport.deliver(chunk),
    get paused() {
      return transport.paused;
    },
    online: () => online,
    known: () => ({ contacts: xmpp.clientRoster.size, groups: xmpp.clientRoster.groups().size }),
  };
});
