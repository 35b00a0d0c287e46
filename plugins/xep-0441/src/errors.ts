import { SestinaError, type StanzaError, type StanzaErrorCondition } from '@sestina/core';

/** What is archived is for the server to decide, and not for us: nothing was changed. */
export class ArchivePreferencesRefusedError extends SestinaError {
  static override readonly name: string = 'ArchivePreferencesRefusedError';
  readonly code = 'ERR_ARCHIVE_PREFERENCES_REFUSED';
  /** Why, in the server's word. */
  readonly condition: StanzaErrorCondition;

  constructor(cause: StanzaError) {
    super(`the server decides what is archived, and lets nobody else say it (${cause.condition})`, { cause });
    this.condition = cause.condition;
  }
}
