import { SestinaError, type StanzaError } from '@sestina/core';
import { PageGoneError, PagingError } from '@sestina/xep-0059';

/** A message that was known before is not in the archive any more: begin anew, by time. */
export class ArchiveCursorError extends PageGoneError {
  static override readonly name: string = 'ArchiveCursorError';
  override readonly code = 'ERR_ARCHIVE_CURSOR';
}

/** The archive answers so that paging would never end. */
export class ArchiveStuckError extends PagingError {
  static override readonly name: string = 'ArchiveStuckError';
  override readonly code = 'ERR_ARCHIVE_STUCK';
}

/** The archive is not for us: of a room, one has to be a member first. */
export class ArchiveForbiddenError extends SestinaError {
  static override readonly name: string = 'ArchiveForbiddenError';
  readonly code = 'ERR_ARCHIVE_FORBIDDEN';

  constructor(
    /** Whose archive it is. */
    readonly archive: string,
    cause: StanzaError,
  ) {
    super(`the archive of ${archive} is not for us (${cause.condition})`, { cause });
  }
}

/** The archive cannot do what is asked for; ask for it in another way. */
export class ArchiveFeatureError extends SestinaError {
  static override readonly name: string = 'ArchiveFeatureError';
  readonly code = 'ERR_ARCHIVE_FEATURE';

  constructor(
    readonly archive: string,
    /** What it would have to announce, or the field that its form would have to have. */
    readonly feature: string,
    /** The part of the filter that needs it. */
    readonly option: string,
  ) {
    super(`the archive of ${archive} cannot filter by \`${option}\`: it has no ${feature}`);
  }
}

/** A page is larger than is taken in at once; which bound it passed is in `option`. */
export class ArchivePageTooLargeError extends SestinaError {
  static override readonly name: string = 'ArchivePageTooLargeError';
  readonly code = 'ERR_ARCHIVE_PAGE';

  constructor(
    /** `pageSize`: more messages than were asked for. `maxPageBytes`: of that plugin option. `limits.maxAnswerBytes`: one message alone, of that option of the connection. */
    readonly option: 'limits.maxAnswerBytes' | 'maxPageBytes' | 'pageSize',
    cause: Error,
  ) {
    super(`a page of an archive is too large: ${ADVICE[option]}`, { cause });
  }
}

const ADVICE = {
  'limits.maxAnswerBytes':
    'it holds a message that `limits.maxAnswerBytes` of the connection does not let in, which ended the connection; raise it, or ask for what is before and behind that message',
  maxPageBytes: 'ask with a smaller `pageSize`, or raise `maxPageBytes`',
  pageSize: 'the archive sent more messages than `pageSize` asked for',
} as const;
