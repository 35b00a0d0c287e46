/** XEP-0055: Jabber Search, version 1.3. */
export type { DirectoryEntry, DirectoryOptions, DirectoryProvider, Searcher } from './directory.js';
export { type SearchForOptions, SearchOptions, type SearchRequestOptions } from './options.js';
export type { SearchResult } from './results.js';
export { Search, type SearchForm } from './search.js';
export { SearchResults } from './search-results.js';
export { NS_SEARCH, SEARCH_FIELDS, type SearchField, SearchItem, SearchQuery } from './stanza.js';
