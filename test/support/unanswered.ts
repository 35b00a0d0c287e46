import { type BaseXMPP, XmlElement } from '@sestina/core';

/** A request whose answer never comes: the one who is asked is there, and says nothing. */
export function unanswered(asker: BaseXMPP, silent: BaseXMPP): Promise<unknown> {
  silent.addFilter('in', (stanza) => (stanza.xml.name === 'iq' ? undefined : stanza));
  const iq = asker.iq({ type: 'get', to: silent.boundJid });
  iq.xml.append(new XmlElement('question', 'urn:example:unanswered'));
  return asker.request(iq);
}
