import { attr, type Codec, child, dateTime, element, extend, jid, Message, ownText, Presence } from '@sestina/core';

/** The namespace. */
export const NS_DELAY = 'urn:xmpp:delay';

// The specification's own examples have the text on lines of its own.
const trimmed: Codec<string> = {
  expects: 'text',
  decode: (raw) => raw.trim() || undefined,
  encode: (value) => value,
};

/**
 * `<delay/>`: when a stanza that was kept back was sent (XEP-0203 §2). Anybody can write one: ask
 * `DelayedDelivery.trustedDelay()` before you go by it.
 */
export class Delay extends element('delay', NS_DELAY, {
  /** When it was sent. Undefined where that is missing or no date of XEP-0082, so that the message is still delivered. */
  stamp: attr('stamp', dateTime).lenient(),
  /** Who sent it first or kept it back. Undefined also where that is no JID. */
  from: attr('from', jid).lenient(),
  /** Why, for people. */
  reason: ownText(trimmed).lenient(),
}) {}

declare module '@sestina/core' {
  interface Message {
    /** The first delay notation, whoever wrote it (XEP-0203). */
    delay: Delay | undefined;
  }
  interface Presence {
    /** The first delay notation, whoever wrote it (XEP-0203). */
    delay: Delay | undefined;
  }
}

extend(Message, { delay: child(Delay) }, NS_DELAY);
extend(Presence, { delay: child(Delay) }, NS_DELAY);
