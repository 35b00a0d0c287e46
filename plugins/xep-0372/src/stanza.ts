import { attr, declarePlacement, element, extend, type Field, int, type JID, Message, viewOf } from '@sestina/core';
import { parseXmppUri, type XmppUri } from '@sestina/xep-0147';

/** The namespace, which is the feature, too. */
export const NS_REFERENCE = 'urn:xmpp:reference:0';
/** References of a message that are looked at, and that it may have. */
export const MAX_REFERENCES = 100;

const place = int(0, 4_294_967_295);
const KNOWN: ReadonlySet<string | undefined> = new Set(['http', 'https', 'xmpp']);

/** `<reference/>`: a message, or a part of what it says, is about something (XEP-0372 §3.1). Nothing is fetched because of it. */
export class Reference extends element('reference', NS_REFERENCE, {
  /** What it is about, in a word: `mention`, `data`, or any other. */
  type: attr('type'),
  /** What it is about. */
  uri: attr('uri'),
  /** The part of the body, in code points; undefined where it is about all of it. */
  begin: attr('begin', place).lenient(),
  /** The first place that is no part of it. */
  end: attr('end', place).lenient(),
  /** The message in which the part is, where it is another one: see `References.anchored()`. */
  anchor: attr('anchor'),
}) {
  /** What the URI begins with, in lower case; undefined where it is none. */
  get scheme(): string | undefined {
    return /^([a-z][a-z0-9+.-]{0,30}):/i.exec(this.uri ?? '')?.[1]?.toLowerCase();
  }

  /** Whether that is `xmpp`, `https` or `http`. Others may run something, or show something else than they say: ask before they are opened. */
  get hasKnownScheme(): boolean {
    return KNOWN.has(this.scheme);
  }

  /** The URI in parts, where it is one of the scheme `xmpp` that can be read. */
  get xmppUri(): XmppUri | undefined {
    return parseXmppUri(this.uri ?? '');
  }

  /** Who is mentioned, a bare address; undefined where nobody is. */
  get mentioned(): JID | undefined {
    const { jid, action } = (this.type === 'mention' && this.xmppUri) || {};
    return jid?.isBare && action === undefined ? jid : undefined;
  }
}

// Whom we mention is for who may read the rest.
declarePlacement(Reference, 'inside');

type Xml = Message['xml'];

const references: Field<readonly Reference[], Iterable<Reference>> = {
  get: (xml) => {
    const found: Reference[] = [];
    for (const each of elementsIn(xml)) {
      if (found.length === MAX_REFERENCES) break;
      // Without either it says nothing.
      if (each.attribute('type') && each.attribute('uri')) found.push(viewOf(Reference, each));
    }
    return found;
  },
  set: (xml, list) => {
    // Before the old ones are gone: they may be what is written.
    const all = [...(list ?? [])];
    for (const old of xml.childrenNamed(Reference.tag, NS_REFERENCE)) xml.remove(old);
    for (const { xml: each } of all) xml.append(each);
  },
};

function elementsIn(xml: Xml): readonly Xml[] {
  return xml.childrenNamed(Reference.tag, NS_REFERENCE);
}

declare module '@sestina/core' {
  interface Message {
    /** What it is about, as its sender says (XEP-0372): the first hundred. Assign to change it. */
    get references(): readonly Reference[];
    set references(list: Iterable<Reference>);
  }
}

extend(Message, { references }, NS_REFERENCE);
