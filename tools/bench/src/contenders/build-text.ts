import { measureBuilding } from './lib/building.js';

const special = /[&<>'"]/g;
const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ["'", '&apos;'],
  ['"', '&quot;'],
]);
const escaped = (text: string): string => text.replace(special, (c) => entities.get(c) ?? c);

// The floor: no object at all, the text by hand.
await measureBuilding(
  ({ to, id, body }) =>
    `<message to='${escaped(to)}' type='chat' id='${escaped(id)}'><body>${escaped(body)}</body>` +
    `<active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/>` +
    `<origin-id xmlns='urn:xmpp:sid:0' id='${escaped(id)}'/></message>`,
);
