/** XEP-0313: Message Archive Management, version 1.1.3. */
export type { ArchivedMessage } from './archived.js';
export type { CatchUpOptions, CaughtUp } from './catch-up.js';
export {
  ArchiveCursorError,
  ArchiveFeatureError,
  ArchiveForbiddenError,
  ArchivePageTooLargeError,
  ArchiveStuckError,
} from './errors.js';
export type { ArchiveFeatures } from './features.js';
export type { ArchiveFilter, ArchivePageFilter, ArchiveQueryFilter } from './filter.js';
export { type ArchiveEdge, type ArchivePage, MessageArchive, MessageArchiveOptions } from './message-archive.js';
export { ArchiveFin, ArchiveMetadata, ArchiveQuery, ArchiveResult, NS_MAM } from './stanza.js';
