import { NS_CLIENT, NS_STANZA_ERRORS, quoted, XmlElement } from '@sestina/xml';
import { SestinaError } from '../errors.js';
import type { JID } from '../jid/index.js';
import { jid, oneOf } from './codec.js';
import { type ElementClass, ElementView, element, isA, viewOf } from './element.js';
import {
  isCondition,
  legacyMeaning,
  STANZA_ERROR_TYPES,
  type StanzaErrorCondition,
  type StanzaErrorType,
} from './error-conditions.js';
import { attr } from './fields.js';

export { STANZA_ERROR_TYPES, type StanzaErrorCondition, type StanzaErrorType } from './error-conditions.js';

/** Details of a stanza error. */
export interface StanzaErrorOptions {
  /** Default: what the RFC recommends for the condition. */
  type?: StanzaErrorType | undefined;
  /** For people; quoted in the message. */
  text?: string | undefined;
  /** The entity that found the error. */
  by?: JID | string | undefined;
  /** The new address, for `gone` and `redirect`. */
  address?: string | undefined;
  /** An application-specific condition (RFC 6120 §8.3.4). */
  application?: ElementView | XmlElement | undefined;
  /** The stanza that came back, for errors that were received. */
  stanza?: ElementView | undefined;
  cause?: unknown;
}

/**
 * A stanza error: thrown by a handler it is sent back to the sender; received as an answer it is what the request
 * rejects with.
 */
export class StanzaError extends SestinaError {
  static override readonly name: string = 'StanzaError';
  readonly code = 'ERR_STANZA';
  readonly type: StanzaErrorType;
  readonly text: string | undefined;
  readonly by: string | undefined;
  readonly address: string | undefined;
  /** The application-specific condition, if there is one. */
  readonly application: XmlElement | undefined;
  /** The error stanza as it came; undefined on an error made here. */
  readonly stanza: ElementView | undefined;
  override readonly retryable: boolean;

  constructor(
    readonly condition: StanzaErrorCondition,
    options: StanzaErrorOptions = {},
  ) {
    const { text, application, stanza } = options;
    const from = stanza?.xml.attribute('from');
    super(
      `${from === undefined ? '' : `${quoted(from)} answered: `}${condition}${text ? `: ${quoted(text)}` : ''}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.type = options.type ?? STANZA_ERROR_TYPES[condition];
    this.text = text;
    this.by = options.by?.toString();
    this.address = options.address;
    this.application = application instanceof ElementView ? application.xml : application;
    this.stanza = stanza;
    this.retryable = this.type === 'wait';
    // Node prints every enumerable property of an error that nobody caught: these lead to the whole connection.
    Object.defineProperty(this, 'application', { enumerable: false });
    Object.defineProperty(this, 'stanza', { enumerable: false });
  }

  /** Whether it carries that application-specific condition. */
  has(cls: ElementClass): boolean {
    return this.application !== undefined && isA(cls, this.application);
  }

  /** The application-specific condition as that class; undefined where it is another one, or there is none. */
  applicationAs<V extends ElementView>(cls: ElementClass<V>): V | undefined {
    return this.application !== undefined && isA(cls, this.application) ? viewOf(cls, this.application) : undefined;
  }

  /** The `<error/>` element for it (RFC 6120 §8.3.1). */
  toElement(): ErrorElement {
    return ErrorElement.make(this.condition, this);
  }
}

/**
 * `<error/>` inside a stanza of type `error` (RFC 6120 §8.3). Whatever is missing or unknown reads as `undefined-condition`; the
 * code of an old server, which gives no condition, as what XEP-0086 has for it.
 */
export class ErrorElement extends element('error', NS_CLIENT, {
  /** The entity that found the error. */
  by: attr('by', jid).lenient(),
  /** What the sender may do, as far as it is said. */
  declaredType: attr('type', oneOf('auth', 'cancel', 'continue', 'modify', 'wait')).lenient(),
}) {
  /** Its condition; `undefined-condition` where there is none that we know. */
  get condition(): StanzaErrorCondition {
    const { conditionElement } = this;
    if (conditionElement) return conditionElement.name as StanzaErrorCondition;
    return this.legacy?.condition ?? 'undefined-condition';
  }

  /** Its type; what the RFC recommends for the condition where none is given. */
  get type(): StanzaErrorType {
    const legacy = this.conditionElement ? undefined : this.legacy;
    return this.declaredType ?? legacy?.type ?? STANZA_ERROR_TYPES[this.condition];
  }

  /** For people. Of an old server, what stands in the element itself, and its code where nobody knows that. */
  get text(): string | undefined {
    const own = this.xml.child('text', NS_STANZA_ERRORS)?.text;
    if (own !== undefined || this.conditionElement) return own;
    const code = this.legacy ? undefined : this.xml.attribute('code')?.trim();
    const said = this.xml.text.trim();
    return (code ? `code ${code}${said === '' ? '' : `: ${said}`}` : said) || undefined;
  }

  /** The new address in `gone` and `redirect`, as it stands there: most often a `xmpp:` URI. */
  get address(): string | undefined {
    const { condition } = this;
    if (condition !== 'gone' && condition !== 'redirect') return undefined;
    return this.conditionElement?.text.trim() || undefined;
  }

  /** The application-specific condition (RFC 6120 §8.3.4). */
  get application(): XmlElement | undefined {
    for (const child of this.xml.elements()) {
      if (child.namespace !== NS_STANZA_ERRORS && child.namespace !== this.xml.namespace) return child;
    }
    return undefined;
  }

  /** The application-specific condition as that class; undefined where there is none of it. */
  applicationAs<V extends ElementView>(cls: ElementClass<V>): V | undefined {
    for (const child of this.xml.elements()) if (isA(cls, child)) return viewOf(cls, child);
    return undefined;
  }

  /** What its code means. */
  private get legacy(): ReturnType<typeof legacyMeaning> {
    const code = this.xml.attribute('code');
    return code === undefined ? undefined : legacyMeaning(code);
  }

  private get conditionElement(): XmlElement | undefined {
    for (const child of this.xml.elements()) {
      if (child.namespace === NS_STANZA_ERRORS && isCondition(child.name)) return child;
    }
    return undefined;
  }

  /** The error to throw for it. */
  toError(stanza?: ElementView): StanzaError {
    const { condition, type, text, by, address, application } = this;
    return new StanzaError(condition, { type, text, by, address, application, stanza });
  }

  /** One that is to be sent. Where nothing is thrown it is made without a `StanzaError`, which takes ten times as long. */
  static make(
    condition: StanzaErrorCondition,
    details: Partial<Pick<StanzaError, 'address' | 'application' | 'by' | 'text' | 'type'>> = {},
  ): ErrorElement {
    const { type = STANZA_ERROR_TYPES[condition], text, by, address, application } = details;
    const xml = new XmlElement('error', NS_CLIENT, { type, by });
    const child = new XmlElement(condition, NS_STANZA_ERRORS);
    if (address !== undefined) child.append(address);
    xml.append(child);
    if (text) xml.append(new XmlElement('text', NS_STANZA_ERRORS).append(text));
    // A copy: the error may be sent more than once.
    if (application) xml.append(application.copy());
    return new ErrorElement(xml);
  }

  /** The error of a stanza of type `error`, also where it lacks its `<error/>`. */
  static of(stanza: ElementView): StanzaError {
    const xml = stanza.xml.child('error');
    return xml ? viewOf(ErrorElement, xml).toError(stanza) : new StanzaError('undefined-condition', { stanza });
  }
}
