import type { ClientXMPP } from '@sestina/client';
import type { Conversations } from '../store/conversations.js';
import type { Originals } from './originals.js';
import type { People } from './people.js';
import type { Rooms } from './rooms.js';

/** What the parts of a session share. */
export interface Parts {
  readonly xmpp: ClientXMPP;
  readonly conversations: Conversations;
  readonly originals: Originals;
  readonly people: People;
  readonly rooms: Rooms;
  /** There is something new to show. */
  readonly changed: () => void;
}
