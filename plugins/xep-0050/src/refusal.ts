import { type ElementView, StanzaError } from '@sestina/core';
import { SessionExpired } from './stanza.js';

/** The error for one of the conditions of XEP-0050 §4.4: `throw refusal(BadLocale)`. */
export function refusal(Condition: new () => ElementView): StanzaError {
  const condition = (Condition as unknown) === SessionExpired ? 'not-allowed' : 'bad-request';
  return new StanzaError(condition, { application: new Condition() });
}
