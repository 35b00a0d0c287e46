import { measureAcks } from './lib/acks.js';
import { loadStanza, ScriptedSocket, type StanzaClient, scriptedStanza } from './lib/stanza.js';

interface Counting extends StanzaClient {
  readonly sm: { readonly unacked: readonly unknown[] };
}

await measureAcks(async (script) => {
  const client = (await scriptedStanza(loadStanza(), script)) as Counting;
  return {
    send: (body) => client.sendMessage({ to: 'romeo@montague.example', type: 'chat', body }),
    unacked: () => client.sm.unacked.length,
    deliver: (chunk) => ScriptedSocket.last?.onmessage?.({ data: chunk.toString() }),
  };
});
