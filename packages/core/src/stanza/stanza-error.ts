import { NS_CLIENT, NS_STANZA_ERRORS, quoted, XmlElement } from '@sestina/xml';
import { SestinaError } from '../errors.js';
import type { JID } from '../jid/index.js';
import { jid, oneOf } from './codec.js';
import { type ElementClass, ElementView, element, isA, viewOf } from './element.js';
import { attr } from './fields.js';

/** The 22 conditions of RFC 6120 §8.3.3, each with the type that the RFC recommends for it. */
export const STANZA_ERROR_TYPES = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'cancel',
  'unexpected-request': 'wait',
} as const satisfies Record<string, StanzaErrorType>;

/** What is wrong (RFC 6120 §8.3.3). */
export type StanzaErrorCondition = keyof typeof STANZA_ERROR_TYPES;

/** What the sender may do: give up, go on, change the data, log in, or wait (RFC 6120 §8.3.2). */
export type StanzaErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

const isCondition = (name: string): name is StanzaErrorCondition => Object.hasOwn(STANZA_ERROR_TYPES, name);

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

  /** The `<error/>` element for it (RFC 6120 §8.3.1). */
  toElement(): ErrorElement {
    return ErrorElement.make(this.condition, this);
  }
}

/** `<error/>` inside a stanza of type `error` (RFC 6120 §8.3). Whatever is missing or unknown reads as `undefined-condition`. */
export class ErrorElement extends element('error', NS_CLIENT, {
  by: attr('by', jid).lenient(),
  declaredType: attr('type', oneOf('auth', 'cancel', 'continue', 'modify', 'wait')).lenient(),
}) {
  /** Its condition; `undefined-condition` where there is none that we know. */
  get condition(): StanzaErrorCondition {
    const { conditionElement } = this;
    return (conditionElement?.name as StanzaErrorCondition | undefined) ?? 'undefined-condition';
  }

  /** Its type; what the RFC recommends for the condition where none is given. */
  get type(): StanzaErrorType {
    return this.declaredType ?? STANZA_ERROR_TYPES[this.condition];
  }

  /** For people. */
  get text(): string | undefined {
    return this.xml.child('text', NS_STANZA_ERRORS)?.text;
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
