import { SestinaError } from '@sestina/core';

/** What is stored of a contact is no card: another specification keeps its own there, which is not overwritten. */
export class ForeignContactError extends SestinaError {
  static override readonly name: string = 'ForeignContactError';
  readonly code = 'ERR_FOREIGN_CONTACT';

  constructor(
    /** The contact. */
    readonly jid: string,
  ) {
    super(`what our account has stored of ${jid} is no card, and is left alone`);
  }
}
