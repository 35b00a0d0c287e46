import {
  attr,
  bool,
  type Codec,
  childText,
  declareSecret,
  type ElementClass,
  type ElementView,
  element,
  type Field,
  viewOf,
  XmlElement,
} from '@sestina/core';

/** The namespace, which is the name of the node, too. */
export const NS_BOOKMARKS = 'urn:xmpp:bookmarks:1';

/** The element that others add to; made where somebody asks for it and the bookmark may be written to. */
const extensions: Field<XmlElement | undefined> = {
  get: (xml) => xml.child('extensions'),
  set: (xml, value) => {
    for (const old of xml.childrenNamed('extensions')) xml.remove(old);
    if (value) xml.append(value);
  },
};

/** An empty one is none: no room lets anybody in with it. */
const nick: Codec<string> = {
  expects: 'a nick',
  decode: (text) => text || undefined,
  encode: (value) => value,
};

/**
 * A field of `ConferenceBookmark` that is in its `<extensions/>` (XEP-0402 §2), for `extend()` of packages that keep something there.
 * Writing it leaves what others keep as it is.
 */
export function bookmarkExtension<V extends ElementView>(cls: ElementClass<V>): Field<V | undefined> {
  return {
    get: (xml) => {
      const found = xml.child('extensions', NS_BOOKMARKS)?.child(cls.tag, cls.namespace);
      return found && viewOf(cls, found);
    },
    set: (xml, view) => {
      const known = xml.child('extensions', NS_BOOKMARKS);
      const extensions = known ?? new XmlElement('extensions', NS_BOOKMARKS);
      for (const old of extensions.childrenNamed(cls.tag, cls.namespace)) extensions.remove(old);
      if (view) extensions.append(view.xml);
      if (!known && view) xml.append(extensions);
      else if (known && !extensions.firstElement) xml.remove(known);
    },
  };
}

/** `<conference/>`: a room that is remembered (XEP-0402 §2). Which one is the id of its item. */
export class ConferenceBookmark extends element('conference', NS_BOOKMARKS, {
  /** For people. */
  name: attr('name'),
  /** Whether the room is entered by itself. */
  autojoin: attr('autojoin', bool).lenient().default(false),
  /** What we want to be called there. */
  nick: childText('nick', nick).lenient(),
  /** What the room asks for: it stands there as it is. */
  password: childText('password'),
  /** `<extensions/>`: what other specifications and programs keep with it; undefined where there is nothing. */
  extensions,
}) {}

declareSecret({ namespace: NS_BOOKMARKS, name: 'password' });
