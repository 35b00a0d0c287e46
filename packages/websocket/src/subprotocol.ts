import { NotXmppError } from '@sestina/core';
import { shown } from './service.js';

/** The server opens a WebSocket, but not one for XMPP (RFC 7395 §3.1). */
export function noSubprotocol(url: URL): NotXmppError {
  return new NotXmppError(
    `${shown(url)} is a WebSocket, but not one for XMPP: the server did not confirm the subprotocol xmpp; check the path`,
  );
}
