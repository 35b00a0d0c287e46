import type { JID } from '@sestina/core';
import type { MessageFacts } from '@sestina/message-index';

/** A message, by what the archive that has it calls it: that of our account, or of a room. */
export interface DisplayedPlace {
  readonly archive: JID;
  readonly archiveId: string;
}

/** Up to which message a conversation was shown, on one of our devices. */
export interface DisplayedSynced {
  /** The conversation: a contact, a room, or an occupant of a room for what is said in private. */
  readonly peer: JID;
  readonly archiveId: string;
  /** The message; undefined as long as it is not known here, and told again once it is. */
  readonly facts: MessageFacts | undefined;
  /** Whether it was shown here, and the other devices know now. */
  readonly own: boolean;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A conversation was shown up to a message, on one of our devices (XEP-0490). */
    displayedSynced: DisplayedSynced;
  }
}
