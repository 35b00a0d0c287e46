/** XEP-0048: Bookmarks, version 1.2. */
export { type BookmarkTarget, LegacyBookmarks, LegacyBookmarksOptions } from './legacy-bookmarks.js';
export { LegacyConference, LegacyStorage, LegacyUrl, NS_LEGACY_BOOKMARKS } from './stanza.js';
