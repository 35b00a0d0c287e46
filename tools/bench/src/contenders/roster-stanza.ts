import { measureRoster, OwnRoster } from './lib/roster.js';
import { loadStanza, ScriptedSocket, scriptedStanza } from './lib/stanza.js';

await measureRoster(
  async (answers) => {
    const own = new OwnRoster();
    const client = await scriptedStanza(loadStanza(answers));
    client.on('available', ({ from, show, status }: { from: string; show?: string; status?: string }) => {
      own.arrived(from, show ?? '', status ?? '');
    });
    return {
      fetch: async () => {
        const { items } = await client.getRoster();
        for (const { jid, name = '', groups = [], subscription = 'none' } of items) {
          own.add(jid, name, groups, subscription);
        }
      },
      deliver: (chunk) => {
        // A frame has to say what namespace it is in.
        const data = chunk.toString().replace('<presence ', "<presence xmlns='jabber:client' ");
        ScriptedSocket.last?.onmessage?.({ data });
      },
      online: () => own.present.size,
      known: () => own.known(),
    };
  },
  { frames: true },
);
