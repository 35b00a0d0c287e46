import { SestinaError } from '@sestina/core';

/** What was reached before is not there any more: begin anew, by time or from an end of the list. */
export class PageGoneError extends SestinaError {
  static override readonly name: string = 'PageGoneError';
  readonly code: string = 'ERR_PAGE_GONE';

  constructor(
    /** The UID behind or before which was asked. */
    readonly uid: string,
    options?: ErrorOptions,
  ) {
    super('the item from which paging was to go on is not there any more: begin anew', options);
  }
}

/** Paging does not get on: who has the list answers so that it would never end. */
export class PagingError extends SestinaError {
  static override readonly name: string = 'PagingError';
  readonly code: string = 'ERR_PAGING';

  constructor(
    /**
     * `repeated`: a page came again. `no-cursor`: a page with items does not say which they are. `too-many`: there is always another page.
     */
    readonly reason: 'no-cursor' | 'repeated' | 'too-many',
    /** Pages that were asked for. */
    readonly pages: number,
    options?: ErrorOptions,
  ) {
    super(`${TEXTS[reason]}, after ${pages} of them`, options);
  }
}

const TEXTS = {
  'no-cursor': 'a page came that does not say what is behind it',
  repeated: 'a page came for the second time',
  'too-many': 'the pages do not end: raise `maxPages`, or ask for less',
} as const;
