import { XmlElement } from '@sestina/core';
import type { SaslAnswer, SaslProfile } from '@sestina/sasl';
import { NS_SASL } from '../stanza/sasl.js';

/** SASL as RFC 6120 §6.4 writes it. */
export const saslProfile: SaslProfile<XmlElement> = {
  restarts: true,
  auth(mechanism, initial) {
    const auth = new XmlElement('auth', NS_SASL, { mechanism });
    // No bytes are written as an equals sign, since an empty element is no response at all.
    return initial === undefined ? auth : auth.append(initial === '' ? '=' : initial);
  },
  response: (data) => withText(new XmlElement('response', NS_SASL), data),
  abort: () => new XmlElement('abort', NS_SASL),
  read(answer): SaslAnswer | undefined {
    if (answer.namespace !== NS_SASL) return undefined;
    switch (answer.name) {
      case 'challenge':
      case 'success': {
        const data = answer.text.trim();
        return { kind: answer.name, data: data === '' ? undefined : data === '=' ? '' : data };
      }
      case 'failure': {
        const condition = [...answer.elements()].find(({ name }) => name !== 'text')?.name;
        return { kind: 'failure', condition, text: answer.child('text')?.text };
      }
      default:
        return undefined;
    }
  },
};

function withText(element: XmlElement, text: string): XmlElement {
  return text === '' ? element : element.append(text);
}
