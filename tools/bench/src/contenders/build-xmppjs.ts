import { measureBuilding } from './lib/building.js';
import { importPeer } from './lib/peers.js';

type Node = { toString(): string };

const { xml } = await importPeer<{
  xml: (name: string, attributes?: Record<string, string>, ...children: (Node | string)[]) => Node;
}>('@xmpp/client');

await measureBuilding(({ to, id, body }) =>
  xml(
    'message',
    { to, type: 'chat', id },
    xml('body', {}, body),
    xml('active', { xmlns: 'http://jabber.org/protocol/chatstates' }),
    xml('request', { xmlns: 'urn:xmpp:receipts' }),
    xml('origin-id', { xmlns: 'urn:xmpp:sid:0', id }),
  ).toString(),
);
