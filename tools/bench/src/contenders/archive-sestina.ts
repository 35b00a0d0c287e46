import { MessageArchive } from '@sestina/xep-0313';
import { measureArchive } from './lib/archive.js';
import { scriptedClient } from './lib/sestina.js';

await measureArchive(async (script) => {
  const { xmpp, transport } = scriptedClient(script);
  const archive = xmpp.use(MessageArchive);
  await xmpp.connect();
  return {
    page: async (size) => {
      const { messages } = await archive.page({ pageSize: size });
      return messages.map(({ message }) => message?.body ?? '');
    },
    deliver: (chunk) => transport.deliver(chunk),
    get paused() {
      return transport.paused;
    },
  };
});
