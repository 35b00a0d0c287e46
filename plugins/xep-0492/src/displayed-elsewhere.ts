import type { JID, Message } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import '@sestina/xep-0203';
import type { DisplayedSynced } from '@sestina/xep-0490';

interface Place {
  readonly archiveId: string;
  /** When it was sent; undefined as long as the message is not known. */
  readonly sentAt: number | undefined;
}

/** Up to which message conversations were shown, as `DisplayedSync` tells of it where it is installed (XEP-0490). */
export class DisplayedElsewhere {
  readonly #places = new LruMap<string, Place>({
    maxEntries: 1_000,
    sizeOf: ({ archiveId }, key) => 150 + 2 * (archiveId.length + key.length),
  });

  note({ peer, archiveId, facts }: DisplayedSynced): void {
    this.#places.set(peer.full, { archiveId, sentAt: facts?.sentAt?.getTime() });
  }

  /**
   * Whether a message is that one, or was sent before it and came late. What comes as it is said was shown nowhere before, whatever our
   * clock says.
   */
  has(message: Message): boolean {
    const { peer, archiveId, sentAt } = message.context;
    const place = this.#placeOf(peer);
    if (!place) return false;
    if (archiveId !== undefined && archiveId === place.archiveId) return true;
    return message.delay !== undefined && place.sentAt !== undefined && !!sentAt && sentAt.getTime() <= place.sentAt;
  }

  clear(): void {
    this.#places.clear();
  }

  #placeOf(peer: JID): Place | undefined {
    return this.#places.get(peer.full);
  }
}
