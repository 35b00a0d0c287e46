import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { measureRoom } from './lib/room.js';
import { scriptedClient } from './lib/sestina.js';

await measureRoom(async (script) => {
  const { xmpp, transport } = scriptedClient(script);
  const muc = xmpp.use(MultiUserChat);
  await xmpp.connect();
  let room: Room | undefined;
  let heard = 0;
  return {
    enter: async (jid, nick) => {
      room = await muc.join(jid, { nick, history: false });
      room.on('message', ({ body }) => {
        if (body !== undefined) heard += 1;
      });
    },
    deliver: (chunk) => transport.deliver(chunk),
    get paused() {
      return transport.paused;
    },
    occupants: () => room?.occupants.size ?? 0,
    away: () => [...(room?.occupants.values() ?? [])].filter(({ presence }) => presence?.show === 'away').length,
    heard: () => heard,
  };
});
