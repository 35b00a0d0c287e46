// What an application has of the library in a page, put where the tests find it.
import { AuthError, ClientXMPP } from '@sestina/client';
import { WebSocketTransportFactory, watchNetwork } from '@sestina/websocket';
import { Ping } from '@sestina/xep-0199';

const library = { AuthError, ClientXMPP, Ping, WebSocketTransportFactory, watchNetwork };

declare global {
  var sestina: typeof library;
  /** The client of a test. */
  var xmpp: ClientXMPP;
}

globalThis.sestina = library;
