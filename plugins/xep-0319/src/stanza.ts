import { attr, dateTime, element, extend, type Field, int, Presence, type XmlElement } from '@sestina/core';

/** The namespace. */
export const NS_IDLE = 'urn:xmpp:idle:1';

/** `<idle/>`: since when nobody does anything at the sender's device (XEP-0319 §2.1). */
export class Idle extends element('idle', NS_IDLE, {
  /** Undefined also for what is no date of XEP-0082. */
  since: attr('since', dateTime).lenient(),
}) {}

/** `<query/>` in a presence: for how long nobody has done anything, in the older notation (XEP-0256). */
export class LastActivityInPresence extends element('query', 'jabber:iq:last', {
  seconds: attr('seconds', int(0, 10_000_000_000)).lenient(),
}) {}

const idleSince: Field<Date | undefined> = {
  get: (xml) => {
    const idle = xml.child(Idle.tag, NS_IDLE);
    return idle && new Idle(idle).since;
  },
  set: (xml, since) => {
    for (const old of xml.childrenNamed(Idle.tag, NS_IDLE)) xml.remove(old);
    if (since) xml.append(new Idle({ since }).xml);
  },
};

const lastActivity: Field<number | undefined> = {
  get: (xml: XmlElement) => {
    const query = xml.child(LastActivityInPresence.tag, LastActivityInPresence.namespace);
    return query && new LastActivityInPresence(query).seconds;
  },
  set: (_xml, seconds) => {
    if (seconds !== undefined) throw new TypeError('lastActivity is read alone: write idleSince');
  },
};

/** When a presence that was kept back was sent (XEP-0203). */
export function delayStamp({ xml }: Presence): Date | undefined {
  return dateTime.decode(xml.child('delay', 'urn:xmpp:delay')?.attribute('stamp') ?? '');
}

declare module '@sestina/core' {
  interface Presence {
    /** Since when nobody does anything at the sender's device, as it says (XEP-0319). */
    idleSince: Date | undefined;
    /** For how many seconds nobody has done anything there, in the older notation (XEP-0256), which is read and never written. */
    lastActivity: number | undefined;
  }
}

extend(Presence, { idleSince, lastActivity }, NS_IDLE);
