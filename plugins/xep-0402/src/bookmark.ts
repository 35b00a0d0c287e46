import { type ElementView, JID, XmlElement } from '@sestina/core';
import { type ConferenceBookmark, NS_BOOKMARKS } from './stanza.js';

/** A room that is remembered. What other specifications keep with it is a property, too, where their package is loaded. Read-only. */
export interface Bookmark extends Readonly<Omit<ConferenceBookmark, keyof ElementView>> {
  /** The room, a bare address. */
  readonly room: JID;
}

/** What of a bookmark is changed; undefined takes it away, and what is not named stays. */
export interface BookmarkChanges {
  readonly name?: string | undefined;
  readonly nick?: string | undefined;
  /** Kept only with the option `passwords`, since the server reads it. */
  readonly password?: string | undefined;
  readonly autojoin?: boolean | undefined;
  /** Changes `<extensions/>`, where everything unknown stands. */
  readonly extensions?: ((extensions: XmlElement) => void) | undefined;
}

/** The room of an item; undefined for an id that is none, or that names an occupant. */
export function roomOf(id: string): JID | undefined {
  const jid = JID.tryParse(id);
  return jid?.isBare && jid.local !== undefined ? jid : undefined;
}

/** The bookmark of an item; undefined where its id is no room. */
export function bookmarkOf(id: string, element: ConferenceBookmark): Bookmark | undefined {
  const room = roomOf(id);
  // Whatever anybody adds to the class of the element can be read of the bookmark.
  return room && Object.create(element, { room: { value: room, enumerable: true } });
}

/** Makes the changes, and leaves all else as it is. */
export function changed(element: ConferenceBookmark, changes: BookmarkChanges): ConferenceBookmark {
  for (const name of ['name', 'nick', 'password', 'autojoin'] as const) {
    if (Object.hasOwn(changes, name)) element.set({ [name]: changes[name] });
  }
  if (!changes.extensions) return element;
  const extensions = element.extensions ?? new XmlElement('extensions', NS_BOOKMARKS);
  changes.extensions(extensions);
  element.extensions = extensions.firstElement ? extensions : undefined;
  return element;
}
