import { measureReceiving, Seen } from './lib/feed.js';
import { requirePeer } from './lib/peers.js';
import type { DomElement, StropheModule } from './lib/strophe.js';

const { Strophe } = requirePeer('strophe.js') as StropheModule;

function textOf(stanza: DomElement, name: string): string | undefined {
  for (let child = stanza.firstChild; child; child = child.nextSibling) {
    if (child.nodeName === name) return child.textContent ?? undefined;
  }
  return undefined;
}

// It has no stream parser: each stanza is a document, as it is in a WebSocket message.
await measureReceiving(() => {
  const seen = new Seen();
  const connection = new Strophe.Connection('wss://capulet.example/xmpp-websocket');
  connection.connected = true;
  connection.authenticated = true;
  for (const name of ['message', 'presence', 'iq']) {
    const second = (stanza: DomElement): string | undefined =>
      name === 'iq' ? (stanza.getAttribute('type') ?? undefined) : textOf(stanza, name === 'message' ? 'body' : 'show');
    const handler = (stanza: DomElement): boolean => {
      seen.stanza(stanza.getAttribute('from') ?? undefined, second(stanza));
      return true;
    };
    connection.addHandler(handler, null, name);
  }
  return { seen, deliver: (chunk) => connection._proto._onMessage({ data: chunk.toString() }) };
});
