/**
 * What a process that was killed had in hand: a journal behind the `Storage` token.
 *
 * @module
 */
export { WorkJournal, WorkJournalOptions } from './work-journal.js';
export { type Work, type WorkLeft, WorkRecords } from './work-records.js';
