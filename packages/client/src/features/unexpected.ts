import { NegotiationError, type XmlElement } from '@sestina/core';

/** For an answer that does not belong to the step that is being taken. */
export function unexpectedAnswer(step: string, got: XmlElement): NegotiationError {
  return new NegotiationError(`${step} failed: the server answered <${got.name} xmlns="${got.namespace}">`);
}
