import { NS_CLIENT, type XmlElement } from '@sestina/xml';
import { int, oneOf } from './codec.js';
import { element } from './element.js';
import { attr, childText } from './fields.js';
import { langMap, langText } from './lang.js';
import { Stanza } from './stanza.js';
import type { StanzaError, StanzaErrorCondition } from './stanza-error.js';
import type { Written } from './written.js';

/** `type` of a presence; available is said by leaving it out (RFC 6121 §4.7.1). */
export const PRESENCE_TYPES = [
  'unavailable',
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
  'probe',
  'error',
] as const;
export type PresenceType = (typeof PRESENCE_TYPES)[number];
/** How available, where a plain "available" is not enough (RFC 6121 §4.7.2.1). */
export type PresenceShow = 'away' | 'chat' | 'dnd' | 'xa';

/** `<presence/>` (RFC 6121 §4). Plugins add properties by declaration merging. */
export class Presence extends element(
  'presence',
  NS_CLIENT,
  {
    /** What kind of presence it is, undefined for available. One that we do not know throws: it must not pass for available. */
    type: attr('type', oneOf(...PRESENCE_TYPES)),
    /** How available somebody is; an unknown value reads as undefined (RFC 6121 §4.7.2.1). */
    show: childText('show', oneOf('away', 'chat', 'dnd', 'xa')).lenient(),
    /** What somebody says to it, in the language of the presence or else the first that there is (RFC 6121 §4.7.2.2). */
    status: langText('status'),
    /** What somebody says to it, in all languages. */
    statuses: langMap('status'),
    /** Which resource is preferred, from -128 to 127; anything else reads as 0 (RFC 6121 §4.7.2.3). */
    priority: childText('priority', int(-128, 127)).lenient().default(0),
  },
  Stanza,
) {
  /** The one that an element says. */
  constructor(xml: XmlElement);
  /** A new one. @param init Values for its properties, those of plugins included. */
  constructor(init?: Written<Presence>);
  constructor(source?: XmlElement | Written<Presence>) {
    super(source as XmlElement);
  }

  /** Whether the sender says that it is there. */
  get isAvailable(): boolean {
    return this.xml.attribute('type') === undefined;
  }

  /** What the sender is where it is no contact: a room, or a service whose presence somebody claims. */
  get claimed(): 'room' | 'service' | undefined {
    const { from, to } = this;
    return from && this.stream?.claimOf?.(from, to)?.kind;
  }

  /** An answer to the sender, of that type. Not sent yet. @throws TypeError on a presence of type `error`. */
  reply(type?: PresenceType): Presence {
    const reply = new Presence(this.answerElement(type));
    if (reply.xml.origin) reply.xml.origin.request = undefined;
    return reply;
  }

  /**
   * The error answer (RFC 6120 §8.3). Not sent yet.
   * @param text For people; for a `StanzaError`, its own text stands.
   * @throws TypeError on a presence of type `error`, which is never answered.
   */
  errorReply(error: StanzaError | StanzaErrorCondition, text?: string): Presence {
    return new Presence(this.errorElement(error, text));
  }
}
