import { measureBuilding } from './lib/building.js';
import { requirePeer } from './lib/peers.js';
import type { StropheModule } from './lib/strophe.js';

const { $msg } = requirePeer('strophe.js') as StropheModule;

await measureBuilding(({ to, id, body }) =>
  $msg({ to, type: 'chat', id })
    .c('body')
    .t(body)
    .up()
    .c('active', { xmlns: 'http://jabber.org/protocol/chatstates' })
    .up()
    .c('request', { xmlns: 'urn:xmpp:receipts' })
    .up()
    .c('origin-id', { xmlns: 'urn:xmpp:sid:0', id })
    .toString(),
);
