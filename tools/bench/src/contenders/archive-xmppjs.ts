import { measureArchive } from './lib/archive.js';
import { importPeer } from './lib/peers.js';
import { scriptedXmppJs, type XmppModule } from './lib/xmppjs.js';

const MAM = 'urn:xmpp:mam:2';
const { xml } = await importPeer<XmppModule>('@xmpp/client');

await measureArchive(async (script) => {
  const xmpp = await scriptedXmppJs(script);
  await xmpp.start();
  let queries = 0;
  let bodies: string[] = [];
  xmpp.on('stanza', (stanza) => {
    const result = stanza.name === 'message' ? stanza.getChild('result', MAM) : undefined;
    if (result?.attrs['queryid'] !== `q${queries}`) return;
    const forwarded = result.getChild('forwarded', 'urn:xmpp:forward:0');
    bodies.push(forwarded?.getChild('message', 'jabber:client')?.getChildText('body') ?? '');
  });
  return {
    page: async (size) => {
      bodies = [];
      queries += 1;
      const max = xml('set', { xmlns: 'http://jabber.org/protocol/rsm' }, xml('max', {}, `${size}`));
      await xmpp.iqCaller.request(
        xml('iq', { type: 'set' }, xml('query', { xmlns: MAM, queryid: `q${queries}` }, max)),
      );
      return bodies;
    },
    deliver: (chunk) => void xmpp.socket.emit('data', chunk),
  };
});
