import { importPeer } from './lib/peers.js';
import { measureRoster, OwnRoster } from './lib/roster.js';
import { scriptedXmppJs, type XmppModule } from './lib/xmppjs.js';

const { xml } = await importPeer<XmppModule>('@xmpp/client');

await measureRoster(async (script) => {
  const xmpp = await scriptedXmppJs(script);
  const own = new OwnRoster();
  await xmpp.start();
  xmpp.on('stanza', (stanza) => {
    if (stanza.name !== 'presence' || stanza.attrs['type'] !== undefined) return;
    own.arrived(stanza.attrs['from'] ?? '', stanza.getChildText('show') ?? '', stanza.getChildText('status') ?? '');
  });
  return {
    fetch: async () => {
      const iq = xml('iq', { type: 'get' }, xml('query', { xmlns: 'jabber:iq:roster' }));
      const result = await xmpp.iqCaller.request(iq);
      for (const item of result.getChild('query', 'jabber:iq:roster')?.getChildren('item') ?? []) {
        const groups = item.getChildren('group').map((group) => group.getText());
        own.add(item.attrs['jid'] ?? '', item.attrs['name'] ?? '', groups, item.attrs['subscription'] ?? 'none');
      }
    },
    deliver: (chunk) => void xmpp.socket.emit('data', chunk),
    online: () => own.present.size,
    end: () => xmpp.stop(),
    known: () => own.known(),
  };
});
