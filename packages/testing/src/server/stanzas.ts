import { JID, type StanzaErrorCondition, XmlElement } from '@sestina/core';
import { NS_CLIENT, NS_STANZA_ERRORS, STANZA_ERROR_TYPES } from '@sestina/core/connection';

/** A copy with other attributes, over the same children: the server never writes to those. */
export function stamp(stanza: XmlElement, attributes: Readonly<Record<string, string | undefined>>): XmlElement {
  const copy = new XmlElement(stanza.name, stanza.namespace, Object.fromEntries(stanza.attributes()));
  for (const [name, value] of Object.entries(attributes)) copy.setAttribute(name, value);
  for (const child of stanza.children) copy.append(child);
  return copy;
}

/** Whether it is a message, a presence or an iq. */
export const isStanza = ({ name, namespace }: XmlElement): boolean =>
  namespace === NS_CLIENT && (name === 'message' || name === 'presence' || name === 'iq');

/** Whether it asks for an answer. */
export const isRequest = (stanza: XmlElement): boolean =>
  stanza.name === 'iq' && (stanza.attribute('type') === 'get' || stanza.attribute('type') === 'set');

/** The result for an iq. */
export function resultOf(iq: XmlElement, payload?: XmlElement): XmlElement {
  const result = new XmlElement('iq', NS_CLIENT, { ...turned(iq), type: 'result' });
  return payload ? result.append(payload) : result;
}

/**
 * The error for a stanza; undefined where one must not be answered (RFC 6120 §8.3.1).
 * @param returnsPayload Whether what was refused is in it.
 */
export function errorOf(
  stanza: XmlElement,
  condition: StanzaErrorCondition,
  text?: string,
  returnsPayload = false,
): XmlElement | undefined {
  const type = stanza.attribute('type');
  if (type === 'error' || (stanza.name === 'iq' && type === 'result')) return undefined;
  const error = new XmlElement('error', NS_CLIENT, { type: STANZA_ERROR_TYPES[condition] });
  error.append(new XmlElement(condition, NS_STANZA_ERRORS));
  if (text) error.append(new XmlElement('text', NS_STANZA_ERRORS, { 'xml:lang': 'en' }).append(text));
  const answer = new XmlElement(stanza.name, NS_CLIENT, { ...turned(stanza), type: 'error' });
  if (returnsPayload) for (const child of stanza.elements()) answer.append(child);
  return answer.append(error);
}

/** A presence stanza without content. */
export const presenceOf = (type: string, from: string, to: string): XmlElement =>
  new XmlElement('presence', NS_CLIENT, { type, from, to });

/** The address in an attribute; undefined where there is none or it is none. */
export function addressIn(stanza: XmlElement, attribute: 'from' | 'to'): JID | undefined {
  const text = stanza.attribute(attribute);
  return text === undefined ? undefined : JID.tryParse(text);
}

/** The bare form as text: what accounts and rosters are kept under. */
export const bareOf = (jid: JID): string => String(jid.bare);

function turned(stanza: XmlElement): Record<string, string | undefined> {
  return { id: stanza.attribute('id'), from: stanza.attribute('to'), to: stanza.attribute('from') };
}
