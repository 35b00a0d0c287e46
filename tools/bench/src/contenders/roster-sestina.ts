import { measureRoster } from './lib/roster.js';
import { scriptedClient } from './lib/sestina.js';

await measureRoster(async (script) => {
  const { xmpp, transport } = scriptedClient(script);
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
    end: () => xmpp.disconnect(),
    known: () => ({ contacts: xmpp.clientRoster.size, groups: xmpp.clientRoster.groups().size }),
  };
});
