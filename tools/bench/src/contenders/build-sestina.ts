import { attr, child, element, extend, Message } from '@sestina/core';
import { NS_CLIENT } from '@sestina/core/connection';
import { serialize, streamFraming } from '@sestina/core/transport';
import { measureBuilding } from './lib/building.js';
import { scriptedClient } from './lib/sestina.js';

class Active extends element('active', 'http://jabber.org/protocol/chatstates') {}
class Request extends element('request', 'urn:xmpp:receipts') {}
class OriginId extends element('origin-id', 'urn:xmpp:sid:0', { id: attr('id').required() }) {}

declare module '@sestina/core' {
  interface Message {
    benchActive: Active | undefined;
    benchRequest: Request | undefined;
    benchOriginId: OriginId | undefined;
  }
}

extend(Message, { benchActive: child(Active), benchRequest: child(Request), benchOriginId: child(OriginId) });

const { xmpp } = scriptedClient();
// What a link passes to the serializer.
const options = { parentNamespace: NS_CLIENT, prefixes: streamFraming.prefixes };

await measureBuilding(({ to, id, body }) => {
  const message = xmpp.message({ to, type: 'chat', id, body });
  message.benchActive = new Active();
  message.benchRequest = new Request();
  message.benchOriginId = new OriginId({ id });
  return serialize(message.xml, options);
});
