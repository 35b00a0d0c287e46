import type { StanzaErrorCondition, XmlElement } from '@sestina/core';
import { NS_STANZA_ERRORS, STANZA_ERROR_TYPES } from '@sestina/core/connection';
import { escapeXml } from '../xml/parse.js';

function answerText(request: XmlElement, type: 'error' | 'result', inside: string): string {
  let text = `<iq type='${type}'`;
  for (const [name, source] of [
    ['id', 'id'],
    ['from', 'to'],
    ['to', 'from'],
  ] as const) {
    const value = request.attribute(source);
    if (value !== undefined) text += ` ${name}='${escapeXml(value)}'`;
  }
  return `${text}>${inside}</iq>`;
}

/** The result answer to an iq, as text. @internal */
export function resultText(request: XmlElement, payload: string): string {
  return answerText(request, 'result', payload);
}

/** The error answer to an iq, as text. @internal */
export function errorText(request: XmlElement, condition: StanzaErrorCondition): string {
  const type = STANZA_ERROR_TYPES[condition];
  return answerText(request, 'error', `<error type='${type}'><${condition} xmlns='${NS_STANZA_ERRORS}'/></error>`);
}
