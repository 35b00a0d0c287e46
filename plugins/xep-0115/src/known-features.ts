import { type JID, Plugin } from '@sestina/core';

/**
 * Knows what others can do without asking them, as `EntityCapabilities` does. A class of its own, so that a plugin can ask for it where
 * it is there, and brings it along nowhere else.
 */
export abstract class KnownFeatures extends Plugin {
  /**
   * Whether a feature is announced, as far as that is known now. What is not is found out for the next time, at a full JID whose presence
   * has announced capabilities.
   * @returns undefined where it is not known; at a bare JID also where none of its resources has the feature, since others may come.
   */
  abstract supportsNow(jid: JID | string, feature: string): boolean | undefined;
}
