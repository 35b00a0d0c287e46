import { asFrame } from './lib/chunks.js';
import { measureRoster, OwnRoster } from './lib/roster.js';
import { loadStanza, ScriptedSocket, scriptedStanza } from './lib/stanza.js';

const stanza = loadStanza();

await measureRoster(
  async (script) => {
    const own = new OwnRoster();
    const client = await scriptedStanza(stanza, script);
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
        ScriptedSocket.last?.onmessage?.({ data: asFrame(chunk.toString()) });
      },
      online: () => own.present.size,
      end: () => client.disconnect(),
      known: () => own.known(),
    };
  },
  { frames: true },
);
