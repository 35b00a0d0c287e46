import type { JID, Presence } from '@sestina/core';
import type { Entrance } from './entrance.js';
import type { Renaming } from './renaming.js';
import type { Stay } from './stay.js';

/** Who takes the presence of a room. */
export interface PresenceTakers {
  /** The address of a component that is in the room: it may be in it by several resources of one address. */
  readonly own: JID | undefined;
  readonly renaming: Renaming;
  /** The attempt to enter that is under way. */
  readonly entrance: Entrance | undefined;
  /** Where we are in, the stay. */
  readonly stay: Stay | undefined;
}

/** Gives a presence of a room, or of an occupant, to whom it concerns. */
export function routePresence(presence: Presence, { own, renaming, entrance, stay }: PresenceTakers): void {
  const { from, to } = presence;
  if (!from || (own?.isFull && !to?.equals(own))) return;
  if (presence.type === 'error') {
    if (!entrance?.refused(from, presence)) renaming.refused(presence);
    return;
  }
  // Of the room itself: an avatar, no occupant.
  const target = from.isBare ? undefined : (entrance ?? stay);
  if (presence.isAvailable) target?.came(from, presence);
  else if (presence.type === 'unavailable') target?.went(from, presence);
}
