import { NS_CLIENT, NS_STREAM, quoted, type XmlElement } from '@sestina/xml';
import { type JID, JidParser } from '../jid/index.js';
import { viewOf } from '../stanza/element.js';
import { Iq } from '../stanza/iq.js';
import { StreamError } from '../stanza/stream-error.js';
import type { Link } from '../stream/link.js';

/** What a component asks for a sign of life: no address. */
export const NOWHERE = '@';

/** What admission takes from the connection. */
export interface AdmissionHost {
  /** Who we are. */
  readonly self: { readonly isComponent: boolean; readonly boundJid: JID | undefined };
  /** Tells the log that something was dropped, and who listens what it was where that is told. */
  dropped(what: string, element?: XmlElement): void;
  /** Refuses a malformed request. */
  refuse(iq: Iq, text: string): void;
}

/** What is let in before anybody sees it: elements of a kind that exists, with addresses that can be read, requests that can be answered. */
export class Admission {
  readonly #host: AdmissionHost;
  readonly #jids = new JidParser();

  constructor(host: AdmissionHost) {
    this.#host = host;
  }

  /** Whether a first-level element is let in; ends the stream where it must not have been sent. */
  admits(element: XmlElement, link: Link): boolean {
    if (element.namespace !== NS_CLIENT) return this.#admitsOther(element, link);
    if (!this.#readAddresses(element)) {
      if (this.#host.self.isComponent && element.attribute('from') === NOWHERE) return false;
      this.#host.dropped(`${kindOf(element)} with a malformed address`, element);
      return false;
    }
    return element.name !== 'iq' || this.#admitsIq(element);
  }

  /** False where one is malformed. */
  #readAddresses(element: XmlElement): boolean {
    const rawFrom = element.attribute('from');
    const rawTo = element.attribute('to');
    const bound = this.#host.self.boundJid;
    const from = rawFrom === undefined ? undefined : this.#jids.tryParse(rawFrom);
    const to = rawTo === undefined ? undefined : rawTo === bound?.full ? bound : this.#jids.tryParse(rawTo);
    element.origin?.setAddresses(from, to);
    return (from !== undefined || rawFrom === undefined) && (to !== undefined || rawTo === undefined);
  }

  #admitsOther(element: XmlElement, link: Link): boolean {
    const { name, namespace } = element;
    if (name === 'message' || name === 'presence' || name === 'iq') {
      link.fail(
        new StreamError('invalid-namespace', {
          text: `<${name}/> in the namespace ${namespace ? quoted(namespace) : '(none)'}`,
        }),
      );
      return false;
    }
    return !(namespace === NS_STREAM && name === 'features');
  }

  #admitsIq(element: XmlElement): boolean {
    const type = element.attribute('type');
    const known = type === 'get' || type === 'set' || type === 'result' || type === 'error';
    if (known && (type === 'result' || type === 'error')) return true;
    let payloads = 0;
    for (const _child of element.elements()) payloads += 1;
    const id = element.attribute('id');
    if (known && id && payloads === 1) return true;
    const wrong = !known
      ? 'an iq of no known type'
      : !id
        ? 'an iq without an id'
        : `a request with ${payloads} payloads`;
    // Without an id an answer could not be matched to anything.
    if (id) this.#host.refuse(viewOf(Iq, element), wrong);
    else this.#host.dropped(wrong);
    return false;
  }
}

/** What the log of what was dropped calls it: one of a few words, since it remembers each and a peer may choose any name. */
function kindOf({ name }: XmlElement): string {
  return name === 'message' || name === 'presence' || name === 'iq' ? `a <${name}/>` : 'an element';
}
