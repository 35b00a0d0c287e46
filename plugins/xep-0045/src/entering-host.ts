import type { PresenceInit } from '@sestina/core';
import type { EnteringHost } from './entering.js';
import { historyFor } from './history.js';
import { OccupantList } from './occupant-list.js';
import type { RoomInit } from './room-host.js';

/** What is the room's own of what entering it takes. */
export interface EnteringRoom extends Pick<EnteringHost, 'begins' | 'entered' | 'trust'> {
  /** When something was said in it last, in milliseconds since 1970. */
  heardAt(): number | undefined;
  /** Show and status, where it has some of its own. */
  ownShown(): Pick<PresenceInit, 'show' | 'status'> | undefined;
}

/** What entering a room takes: from all rooms, from how it was joined, from itself. */
export function enteringHost(init: RoomInit, room: EnteringRoom): EnteringHost {
  const { host, jid, own, options } = init;
  const { settings } = host;
  const bounds = { ...settings, track: options.track ?? settings.track };
  return {
    ...host,
    ...room,
    jid,
    own,
    options,
    timeout: options.timeout ?? settings.joinTimeout,
    subjectTimeout: settings.subjectTimeout,
    history: () => historyFor(options.history, settings.history, room.heardAt()),
    shown: () => room.ownShown() ?? host.shownBy(own),
    newList: () => new OccupantList(bounds, () => host.nextStay(), init.described),
    prepare: (signal) => init.prepare(signal),
    founded: () => init.founded(),
  };
}
