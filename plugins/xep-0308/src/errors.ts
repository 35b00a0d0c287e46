import { SestinaError } from '@sestina/core';

/** Why a message cannot be corrected. */
export type CorrectionFailure = 'no-body' | 'no-id' | 'not-ours' | 'other-nature';

const SAYS: Readonly<Record<CorrectionFailure, string>> = {
  'no-body': 'it has no body: there is nothing to correct',
  'no-id': 'it has no id: give the message that was sent, or what the index knows of it',
  'not-ours': 'somebody else has said it: only messages of our own can be corrected',
  'other-nature': 'it carries something that is no message between people, such as an invitation: send another one',
};

/** A message cannot be corrected (XEP-0308 §4); nothing was sent. */
export class CorrectionError extends SestinaError {
  static override readonly name: string = 'CorrectionError';
  readonly code = 'ERR_CORRECTION';

  constructor(readonly reason: CorrectionFailure) {
    super(`the message cannot be corrected: ${SAYS[reason]}`);
  }
}
