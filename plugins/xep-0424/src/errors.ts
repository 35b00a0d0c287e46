import { SestinaError } from '@sestina/core';

/** Why a message cannot be retracted. */
export type RetractionFailure = 'not-ours' | 'other-nature';

const SAYS: Readonly<Record<RetractionFailure, string>> = {
  'not-ours': 'somebody else has said it; in a room, its moderators take it back (XEP-0425)',
  'other-nature': 'it carries something that is no message between people, such as an invitation',
};

/** A message cannot be retracted (XEP-0424 §5); nothing was sent. */
export class RetractionError extends SestinaError {
  static override readonly name: string = 'RetractionError';
  readonly code = 'ERR_RETRACTION';

  constructor(readonly reason: RetractionFailure) {
    super(`the message cannot be retracted: ${SAYS[reason]}`);
  }
}
