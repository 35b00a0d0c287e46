import {
  attr,
  child,
  children,
  declarePlacement,
  type ElementList,
  element,
  extend,
  type Field,
  jid,
  Message,
} from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_SID = 'urn:xmpp:sid:0';

/** `<stanza-id/>`: what an archive or a room calls a message (XEP-0359 §2.1). Anybody can write one: `archiveId()` says which to believe. */
export class StanzaId extends element('stanza-id', NS_SID, {
  id: attr('id'),
  /** Who calls it so. Undefined also where that is no address. */
  by: attr('by', jid).lenient(),
}) {}

/** `<origin-id/>`: what its sender calls a message (XEP-0359 §2.2). */
export class OriginId extends element('origin-id', NS_SID, { id: attr('id') }) {}

/** `<referenced-stanza/>`: another message, by what somebody calls it (XEP-0359 §4). */
export class ReferencedStanza extends element('referenced-stanza', NS_SID, {
  id: attr('id'),
  by: attr('by', jid).lenient(),
}) {}

// Servers read and write them.
for (const cls of [StanzaId, OriginId]) declarePlacement(cls, 'outside');

const originId: Field<string | undefined> = {
  get: (xml) => xml.child(OriginId.tag, NS_SID)?.attribute('id'),
  set: (xml, id) => {
    for (const old of xml.childrenNamed(OriginId.tag, NS_SID)) xml.remove(old);
    if (id !== undefined) xml.append(new OriginId({ id }).xml);
  },
};

declare module '@sestina/core' {
  interface Message {
    /** What its sender calls it (XEP-0359 §2.2): no proof of anything. */
    originId: string | undefined;
    /** What archives and rooms call it, or others pretend that they do (XEP-0359 §2.1). */
    readonly stanzaIds: ElementList<StanzaId>;
    /** The message that it refers to (XEP-0359 §4). */
    referencedStanza: ReferencedStanza | undefined;
  }
}

extend(Message, { originId, stanzaIds: children(StanzaId), referencedStanza: child(ReferencedStanza) }, NS_SID);
