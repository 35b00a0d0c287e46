import { measureAcks } from './lib/acks.js';
import { importPeer } from './lib/peers.js';
import { until } from './lib/sample.js';
import { scriptedXmppJs, type XmppClient, type XmppModule } from './lib/xmppjs.js';

interface Counting extends XmppClient {
  readonly streamManagement: { readonly enabled: boolean; readonly outbound_q: readonly unknown[] };
}

const { xml } = await importPeer<XmppModule>('@xmpp/client');

await measureAcks(async (script) => {
  const xmpp = (await scriptedXmppJs(script)) as Counting;
  await xmpp.start();
  await until(() => xmpp.streamManagement.enabled, 'stanzas are counted');
  return {
    send: (body) => xmpp.send(xml('message', { to: 'romeo@montague.example', type: 'chat' }, xml('body', {}, body))),
    unacked: () => xmpp.streamManagement.outbound_q.length,
    deliver: (chunk) => void xmpp.socket.emit('data', chunk),
  };
});
