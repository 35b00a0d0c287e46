import { XmlElement } from '@sestina/core';
import type { PasswordUse, SaslAnswer, SaslProfile } from '@sestina/sasl';
import { NS_SASL2 } from './stanza.js';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** What is written into `<authenticate/>` beside the mechanism. */
export type Wishes = (mechanism: string, password: PasswordUse | undefined) => Promise<readonly XmlElement[]>;

/** SASL as XEP-0388 §2 writes it. */
export function sasl2Profile(wishes: Wishes): SaslProfile<XmlElement> {
  return {
    restarts: false,
    sasl2: true,
    async auth(mechanism, initial, password) {
      const xml = new XmlElement('authenticate', NS_SASL2, { mechanism });
      // An element without text is a response of no bytes: there is no equals sign here.
      if (initial !== undefined) xml.append(withText('initial-response', initial));
      return xml.append(...(await wishes(mechanism, password)));
    },
    response: (data) => withText('response', data),
    abort: () => new XmlElement('abort', NS_SASL2),
    read: readAnswer,
  };
}

/** What an answer means; undefined for what is none. */
export function readAnswer(answer: XmlElement): SaslAnswer | undefined {
  if (answer.namespace !== NS_SASL2) return undefined;
  switch (answer.name) {
    case 'challenge':
      return { kind: 'challenge', data: answer.text.trim() };
    case 'success':
    case 'continue':
      return { kind: answer.name, data: answer.child('additional-data', NS_SASL2)?.text.trim() };
    case 'failure': {
      const elements = [...answer.elements()];
      const known = elements.find(({ namespace }) => namespace === NS_SASL);
      const condition = (known ?? elements.find(({ name }) => name !== 'text'))?.name;
      return { kind: 'failure', condition, text: answer.child('text', NS_SASL2)?.text };
    }
    default:
      return undefined;
  }
}

function withText(name: string, text: string): XmlElement {
  const xml = new XmlElement(name, NS_SASL2);
  return text === '' ? xml : xml.append(text);
}
