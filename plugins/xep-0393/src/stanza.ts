import { declarePlacement, element, extend, flag, Message } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_STYLING = 'urn:xmpp:styling:0';

/** `<unstyled/>`: the text is to be shown as it is (XEP-0393 §7). */
export class Unstyled extends element('unstyled', NS_STYLING) {}

// It says something of the text, which is inside.
declarePlacement(Unstyled, 'inside');

declare module '@sestina/core' {
  interface Message {
    /** Whether its text is to be shown as it is, whatever its signs would mean (XEP-0393 §7). */
    unstyled: boolean;
  }
}

extend(Message, { unstyled: flag('unstyled', NS_STYLING) }, NS_STYLING);
