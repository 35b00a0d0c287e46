import { StreamManagement } from '@sestina/xep-0198';
import { part } from '../part.js';

/** What keeps a connection from losing anything. */
export const connection = {
  /** Nothing is lost with a connection, and sessions go on (XEP-0198). */
  streamManagement: part(StreamManagement),
};
