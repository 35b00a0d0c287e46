import { NS_CLIENT } from '@sestina/xml';
import { oneOf } from './codec.js';
import { type ElementClass, type ElementView, element, isA, viewOf } from './element.js';
import { attr } from './fields.js';
import { Stanza } from './stanza.js';
import type { StanzaError, StanzaErrorCondition } from './stanza-error.js';

/** `<iq/>` (RFC 6120 §8.2.3): a question (`get`, `set`) or its one answer (`result`, `error`). */
export class Iq extends element(
  'iq',
  NS_CLIENT,
  {
    /** Whether it asks for something, `get` or `set`, or answers: `result` or `error` (RFC 6120 §8.2.3). */
    type: attr('type', oneOf('get', 'set', 'result', 'error')).required(),
  },
  Stanza,
) {
  /** The payload as that class, or undefined where it is something else or there is none. */
  payload<V extends ElementView>(cls: ElementClass<V>): V | undefined {
    for (const xml of this.xml.elements()) if (isA(cls, xml)) return viewOf(cls, xml);
    return undefined;
  }

  /** Whether it asks for an answer. */
  get isRequest(): boolean {
    const type = this.xml.attribute('type');
    return type === 'get' || type === 'set';
  }

  /**
   * The result answer, empty or with this payload. Not sent yet; only the first answer to a request goes out.
   * @throws TypeError where this is an answer itself.
   */
  reply(payload?: ElementView): Iq {
    const reply = new Iq(this.answerElement('result'));
    if (payload) reply.xml.append(payload.xml);
    return reply;
  }

  /**
   * The error answer (RFC 6120 §8.3). Not sent yet; only the first answer to a request goes out.
   * @param text For people; for a `StanzaError`, its own text stands.
   * @throws TypeError where this is an answer itself.
   */
  errorReply(error: StanzaError | StanzaErrorCondition, text?: string): Iq {
    return new Iq(this.errorElement(error, text));
  }
}
