import { DiscoveryExtensions } from '@sestina/xep-0128';
import { StreamManagement } from '@sestina/xep-0198';
import { ClientState } from '@sestina/xep-0352';
import { part } from '../part.js';

/** What a client does with its connection. */
export const connection = {
  /** More that we say of ourselves to those who ask what we can do (XEP-0128). */
  discoExtensions: part(DiscoveryExtensions),
  /** Nothing is lost with a connection, and sessions go on (XEP-0198). */
  streamManagement: part(StreamManagement),
  /** Tells the server whether somebody uses the client (XEP-0352). */
  clientState: part(ClientState),
};
