import { attr, child, childTexts, element, extend, Message } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_REACTIONS = 'urn:xmpp:reactions:0';

/** `<reactions/>`: all reactions of one person to a message (XEP-0444 §3). */
export class Reactions extends element('reactions', NS_REACTIONS, {
  /** What the message is called. Undefined where that is missing. */
  id: attr('id'),
  /** As they came: some may be none. */
  emojis: childTexts('reaction'),
}) {}

declare module '@sestina/core' {
  interface Message {
    /** All reactions of its sender to another message, as they came (XEP-0444). */
    reactions: Reactions | undefined;
  }
}

extend(Message, { reactions: child(Reactions) }, NS_REACTIONS);
