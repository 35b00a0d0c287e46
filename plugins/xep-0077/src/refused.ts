import { Iq, StanzaError } from '@sestina/core';
import type { Form } from '@sestina/xep-0004';
import { RegistrationIncompleteError, RegistrationNotOfferedError, UsernameTakenError } from './errors.js';
import { RegisterQuery } from './stanza.js';

/** The form that came with a refusal: what has to be filled in for it to be taken. */
export function formIn(error: StanzaError): Form | undefined {
  const { stanza } = error;
  return stanza instanceof Iq ? stanza.payload(RegisterQuery)?.form?.compact() : undefined;
}

/** A refusal as the error that says what to do about it. Any other error stays what it is. */
export function explained(error: unknown, service: string): unknown {
  if (!(error instanceof StanzaError)) return error;
  const form = formIn(error);
  if (error.condition === 'conflict') return new UsernameTakenError(service, error);
  if (form || error.condition === 'not-acceptable') return new RegistrationIncompleteError(service, [], form, error);
  const isNone = error.condition === 'service-unavailable' || error.condition === 'feature-not-implemented';
  return isNone ? new RegistrationNotOfferedError(service, error) : error;
}
