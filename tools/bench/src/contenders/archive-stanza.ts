import { measureArchive } from './lib/archive.js';
import { asFrame } from './lib/chunks.js';
import { loadStanza, ScriptedSocket, scriptedStanza } from './lib/stanza.js';

await measureArchive(
  async (script) => {
    const client = await scriptedStanza(loadStanza(), script);
    return {
      page: async (size) => {
        const { results } = await client.searchHistory({ paging: { max: size } });
        return results.map(({ item }) => item.message?.body ?? '');
      },
      deliver: (chunk) => ScriptedSocket.last?.onmessage?.({ data: asFrame(chunk.toString()) }),
    };
  },
  { frames: true },
);
