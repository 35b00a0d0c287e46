import { measureBuilding } from './lib/building.js';
import { requirePeer } from './lib/peers.js';

interface StanzaModule {
  createClient(options: object): { stanzas: { export(name: string, data: object): { toString(): string } } };
}

const { stanzas } = (requirePeer('stanza') as StanzaModule).createClient({});

await measureBuilding(({ to, id, body }) =>
  stanzas
    .export('message', {
      to,
      type: 'chat',
      id,
      body,
      chatState: 'active',
      receipt: { type: 'request' },
      originId: id,
    })
    .toString(),
);
