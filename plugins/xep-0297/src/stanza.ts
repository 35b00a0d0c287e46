import { child, element, extend, type Field, Iq, isA, Message, Presence, viewOf, type XmlElement } from '@sestina/core';
import { Delay } from '@sestina/xep-0203';

/** The namespace, which is the feature, too. */
export const NS_FORWARD = 'urn:xmpp:forward:0';

const KINDS = [Message, Presence, Iq] as const;

const isStanza = (xml: XmlElement): boolean => KINDS.some((cls) => isA(cls as never, xml));

/** The one stanza inside: where there are several, or none, nobody can say what was forwarded. */
const stanza: Field<Message | Presence | Iq | undefined> = {
  get: (xml) => {
    const found = [...xml.elements()].filter(isStanza);
    const [only] = found;
    if (!only || found.length > 1) return undefined;
    for (const cls of KINDS) if (isA(cls as never, only)) return viewOf(cls as typeof Message, only);
    return undefined;
  },
  set: (xml, value) => {
    for (const old of [...xml.elements()].filter(isStanza)) xml.remove(old);
    if (value) xml.append(value.xml);
  },
};

/** `<forwarded/>`: a stanza within another one (XEP-0297 §3), whoever put it there. */
export class Forwarded extends element('forwarded', NS_FORWARD, {
  /** When who forwards it had received it, as that says. */
  delay: child(Delay),
  /** The stanza; undefined where there is none, or more than one. */
  stanza,
}) {}

declare module '@sestina/core' {
  interface Message {
    /** A stanza that the sender forwards, as it is there (XEP-0297); `readForwarded()` has what to believe of it. */
    forwarded: Forwarded | undefined;
  }
}

extend(Message, { forwarded: child(Forwarded) }, NS_FORWARD);
