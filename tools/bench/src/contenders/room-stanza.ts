import { asFrame } from './lib/chunks.js';
import { measureRoom, OwnOccupants } from './lib/room.js';
import { loadStanza, ScriptedSocket, scriptedStanza } from './lib/stanza.js';

interface RoomPresence {
  readonly from: string;
  readonly show?: string;
  readonly status?: string;
  readonly muc: { readonly affiliation?: string; readonly role?: string };
}

await measureRoom(
  async (script) => {
    const client = await scriptedStanza(loadStanza(), script);
    const own = new OwnOccupants();
    let heard = 0;
    client.on('muc:available', ({ from, show = '', status = '', muc }: RoomPresence) => {
      own.came(from.split('/')[1] ?? '', muc.affiliation ?? '', muc.role ?? '', show, status);
    });
    client.on('groupchat', ({ body }: { body?: string }) => {
      if (body !== undefined) heard += 1;
    });
    return {
      enter: (jid, nick) => client.joinRoom(jid, nick),
      deliver: (chunk) => ScriptedSocket.last?.onmessage?.({ data: asFrame(chunk.toString()) }),
      occupants: () => own.size,
      away: () => own.away(),
      heard: () => heard,
    };
  },
  { frames: true },
);
