/** XEP-0059: Result Set Management, version 1.0. */
export { PageGoneError, PagingError } from './errors.js';
export { type Page, type PagesOptions, pages } from './pages.js';
export { slice } from './slice.js';
export { NS_RSM, ResultSet } from './stanza.js';
