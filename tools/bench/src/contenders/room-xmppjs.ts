import { importPeer } from './lib/peers.js';
import { measureRoom, OwnOccupants } from './lib/room.js';
import { scriptedXmppJs, type XmppModule } from './lib/xmppjs.js';

const MUC = 'http://jabber.org/protocol/muc';
const { xml } = await importPeer<XmppModule>('@xmpp/client');

await measureRoom(async (script) => {
  const xmpp = await scriptedXmppJs(script);
  await xmpp.start();
  const own = new OwnOccupants();
  let heard = 0;
  let entered = (): void => {};
  xmpp.on('stanza', (stanza) => {
    const nick = stanza.attrs['from']?.split('/')[1] ?? '';
    if (stanza.name === 'message') {
      if (stanza.attrs['type'] === 'groupchat' && stanza.getChildText('body') !== null) heard += 1;
      if (stanza.getChildText('subject') !== null) entered();
      return;
    }
    const item = stanza.getChild('x', `${MUC}#user`)?.getChild('item');
    if (stanza.name !== 'presence' || stanza.attrs['type'] !== undefined || !item) return;
    const { affiliation = '', role = '' } = item.attrs;
    own.came(nick, affiliation, role, stanza.getChildText('show') ?? '', stanza.getChildText('status') ?? '');
  });
  return {
    enter: async (jid, nick) => {
      const done = new Promise<void>((resolve) => {
        entered = resolve;
      });
      await xmpp.send(xml('presence', { to: `${jid}/${nick}` }, xml('x', { xmlns: MUC })));
      await done;
    },
    deliver: (chunk) => void xmpp.socket.emit('data', chunk),
    occupants: () => own.size,
    away: () => own.away(),
    heard: () => heard,
  };
});
