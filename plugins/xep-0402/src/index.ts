/** XEP-0402: PEP Native Bookmarks, version 1.2.0. */
export type { Bookmark, BookmarkChanges } from './bookmark.js';
export { Bookmarks, BookmarksOptions } from './bookmarks.js';
export { bookmarkExtension, ConferenceBookmark, NS_BOOKMARKS } from './stanza.js';
