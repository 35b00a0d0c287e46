import { attr, bool, childText, declareSecret, element, type Field, type XmlElement } from '@sestina/core';

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

/** `<conference/>`: a room that is remembered (XEP-0402 §2). Which one is the id of its item. */
export class ConferenceBookmark extends element('conference', NS_BOOKMARKS, {
  /** For people. */
  name: attr('name'),
  /** Whether the room is entered by itself. */
  autojoin: attr('autojoin', bool).lenient().default(false),
  /** What we want to be called there. */
  nick: childText('nick'),
  /** What the room asks for: it stands there as it is. */
  password: childText('password'),
  /** `<extensions/>`: what other specifications and programs keep with it. */
  extensions,
}) {}

declareSecret({ namespace: NS_BOOKMARKS, name: 'password' });
