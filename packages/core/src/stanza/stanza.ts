import { Origin, ReadOnlyError, XmlElement } from '@sestina/xml';
import type { JID } from '../jid/index.js';
import type { Sending, SendOptions } from '../sending.js';
import { AddressField } from './address-field.js';
import { child } from './child-fields.js';
import { ElementView } from './element.js';
import { attr } from './fields.js';
import { inheritedLang } from './lang-field.js';
import { ErrorElement, type StanzaError, type StanzaErrorCondition } from './stanza-error.js';

/** What a bound stanza is sent by. */
export interface StanzaSender {
  /** Our address on it. */
  readonly boundJid?: JID | undefined;
  /** It speaks for many addresses, so that each stanza has to say which. */
  readonly isComponent?: boolean;
  send(stanza: ElementView, options?: SendOptions): Sending;
  /** What an address is claimed as, if it is. */
  claimOf?(jid: JID, owner?: JID): { readonly kind: 'room' | 'service' } | undefined;
}

const ID = attr('id');
const TO = new AddressField('to');
const FROM = new AddressField('from');
const LANG = inheritedLang();
const ERROR = child(ErrorElement);

/** What `Message`, `Presence` and `Iq` share. */
export class Stanza extends ElementView {
  /** What its answer or its receipt refers to; given when it is sent, where it needs one (RFC 6120 §8.1.3). */
  get id(): string | undefined {
    return ID.get(this.xml);
  }

  set id(id: string | undefined) {
    ID.set(this.xml, id);
  }

  /** The address that it is for; without one, our own account or our server (RFC 6120 §8.1.1). May be written as text. */
  get to(): JID | undefined {
    return TO.get(this.xml);
  }

  set to(to: JID | string | undefined) {
    TO.set(this.xml, to);
  }

  /** The address that it comes from; a client leaves it to its server (RFC 6120 §8.1.2). May be written as text. */
  get from(): JID | undefined {
    return FROM.get(this.xml);
  }

  set from(from: JID | string | undefined) {
    FROM.set(this.xml, from);
  }

  /** The language of its texts: its own `xml:lang`, else that of the stream it came in on (RFC 6120 §8.1.5). */
  get lang(): string | undefined {
    return LANG.get(this.xml);
  }

  set lang(lang: string | undefined) {
    LANG.set(this.xml, lang);
  }

  /** What went wrong, in a stanza of type `error` (RFC 6120 §8.3). */
  get error(): ErrorElement | undefined {
    return ERROR.get(this.xml);
  }

  set error(error: ErrorElement | undefined) {
    ERROR.set(this.xml, error);
  }

  /** The stream that it came in on or was made for; undefined on one made with `new`. */
  get stream(): StanzaSender | undefined {
    return this.xml.origin?.stream as StanzaSender | undefined;
  }

  /**
   * Ties it to a stream, so that `send()` works.
   * @throws ReadOnlyError where it was received on another one: bind a `copy()` of it.
   */
  bind(stream: StanzaSender | undefined): this {
    if (!stream || stream === this.stream) return this;
    if (this.xml.readOnly) throw new ReadOnlyError(this.xml);
    if (this.xml.origin) this.xml.origin.stream = stream;
    else this.xml.origin = new Origin(undefined, stream);
    return this;
  }

  /**
   * Sends it on the stream that it belongs to.
   * @throws TypeError where it belongs to none: use `xmpp.send(stanza)`, or make it with `xmpp.message(…)`.
   */
  send(options?: SendOptions): Sending {
    const { stream } = this;
    if (!stream) {
      throw new TypeError(`this <${this.xml.name}/> belongs to no stream: use xmpp.send(stanza), or xmpp.message(…)`);
    }
    return stream.send(this, options);
  }

  /** A deep copy that may be written to. It belongs to the same stream, and answers to it count as answers to this one. */
  override copy(): this {
    const copy = super.copy();
    copy.xml.origin = this.xml.origin?.copy();
    return copy;
  }

  /**
   * Fills in what every answer shares: addresses swapped, the id kept (RFC 6120 §8.1, §8.3).
   * @throws TypeError for an error, and for the result of an iq: two sides could answer each other for ever. For a message or a
   *   presence that nobody has sent.
   * @internal
   */
  protected answerElement(type: string | undefined): XmlElement {
    const { xml } = this;
    const own = xml.attribute('type');
    if (own === 'error' || (own === 'result' && xml.name === 'iq')) {
      throw new TypeError(`<${xml.name} type="${own}"/> is never answered (RFC 6120 §8.2.3, §8.3.1)`);
    }
    const answer = new XmlElement(xml.name, xml.namespace, {
      type,
      id: xml.attribute('id'),
      to: xml.attribute('from') ?? this.#sender(),
      // A client's server fills it in, and knows the resource too.
      from: this.stream?.isComponent === false ? undefined : xml.attribute('to'),
    });
    answer.origin = new Origin(undefined, this.stream);
    answer.origin.request = xml.origin?.copied ?? xml.origin;
    return answer;
  }

  /**
   * Who has sent what has no `from`: to a client its own account (RFC 6120 §8.1.2.1), which has to be said in a message and a
   * presence, for without `to` they would go to other resources, or to everybody. An iq without `to` is for the server as it is.
   */
  #sender(): string | undefined {
    const { xml, stream } = this;
    if (xml.name === 'iq') return undefined;
    const received = (xml.origin?.copied ?? xml.origin)?.sealed === true;
    const account = stream?.isComponent === false ? stream.boundJid?.bare : undefined;
    if (received && account) return account.full;
    throw new TypeError(
      `this <${xml.name}/> has no "from", so there is nobody to answer: make another one with xmpp.${xml.name}({ to, … })`,
    );
  }

  /** The error answer as an element. @internal */
  protected errorElement(error: StanzaError | StanzaErrorCondition, text?: string): XmlElement {
    const detail = typeof error === 'string' ? ErrorElement.make(error, { text }) : error.toElement();
    return this.answerElement('error').append(detail.xml);
  }
}
