import { attr, declarePlacement, element, extend, type Field, flag, Message } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_MARKERS = 'urn:xmpp:chat-markers:0';

/** `<markable/>`: the sender wants to know when the message was shown (XEP-0333 §3). */
export class Markable extends element('markable', NS_MARKERS) {}
/** `<displayed/>`: everything up to that message was shown (XEP-0333 §3). */
export class Displayed extends element('displayed', NS_MARKERS, { id: attr('id') }) {}
/** `<received/>` of former versions: the message has arrived. */
export class MarkerReceived extends element('received', NS_MARKERS, { id: attr('id') }) {}
/** `<acknowledged/>` of former versions: the message was shown, and somebody has taken note of it. */
export class Acknowledged extends element('acknowledged', NS_MARKERS, { id: attr('id') }) {}

// Also devices that cannot read the message have to know that it asks.
declarePlacement(Markable, 'outside');

/** A marker in a message. */
export interface ChatMarker {
  readonly kind: 'acknowledged' | 'displayed' | 'received';
  /** What the message is called. */
  readonly id: string;
}

const KINDS = ['displayed', 'acknowledged', 'received'] as const;

const chatMarker: Field<ChatMarker | undefined> = {
  get: (xml) => {
    for (const kind of KINDS) {
      const id = xml.child(kind, NS_MARKERS)?.attribute('id');
      if (id) return { kind, id };
    }
    return undefined;
  },
  set: (xml, marker) => {
    for (const kind of KINDS) for (const old of xml.childrenNamed(kind, NS_MARKERS)) xml.remove(old);
    if (!marker) return;
    const { kind, id } = marker;
    const cls = kind === 'displayed' ? Displayed : kind === 'received' ? MarkerReceived : Acknowledged;
    xml.append(new cls({ id }).xml);
  },
};

declare module '@sestina/core' {
  interface Message {
    /** Whether its sender wants to know when it was shown (XEP-0333). */
    markable: boolean;
    /** Where it is a marker: which, and what the message is called that it is for (XEP-0333). */
    chatMarker: ChatMarker | undefined;
  }
}

extend(Message, { markable: flag(Markable.tag, NS_MARKERS), chatMarker }, NS_MARKERS);
