import type { JID } from '@sestina/core';

/** What somebody's presence said of what it can do. */
export interface AnnouncedCaps {
  /** A URI that names the software. */
  readonly node: string;
  readonly ver: string;
  /** Undefined in the legacy format. */
  readonly hash: string | undefined;
  /** Which of our addresses was told; undefined where the stanza did not say. */
  readonly to: JID | undefined;
}
