import { NS_STREAM, NS_STREAM_ERRORS, quoted, XmlElement } from '@sestina/xml';
import { SestinaError } from '../errors.js';

const CONDITIONS = [
  'bad-format',
  'bad-namespace-prefix',
  'conflict',
  'connection-timeout',
  'host-gone',
  'host-unknown',
  'improper-addressing',
  'internal-server-error',
  'invalid-from',
  'invalid-namespace',
  'invalid-xml',
  'not-authorized',
  'not-well-formed',
  'policy-violation',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'restricted-xml',
  'see-other-host',
  'system-shutdown',
  'undefined-condition',
  'unsupported-encoding',
  'unsupported-feature',
  'unsupported-stanza-type',
  'unsupported-version',
] as const;

/** The 25 conditions of RFC 6120 §4.9.3. */
export type StreamErrorCondition = (typeof CONDITIONS)[number];

/** Those after which the same stream can be opened again without anybody changing anything. */
export const PASSING_CONDITIONS: readonly StreamErrorCondition[] = [
  'connection-timeout',
  'internal-server-error',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'system-shutdown',
  'undefined-condition',
];

/** Details of a stream error. */
export interface StreamErrorOptions {
  text?: string | undefined;
  /** Who ended the stream. Default `local`. */
  origin?: 'local' | 'peer';
  /** Where to go, for `see-other-host`. */
  seeOtherHost?: string | undefined;
  /** An application-specific condition (RFC 6120 §4.9.4). */
  application?: XmlElement | undefined;
  cause?: unknown;
}

/** The stream was ended by a stream error (RFC 6120 §4.9), the peer's or ours. */
export class StreamError extends SestinaError {
  static override readonly name: string = 'StreamError';
  readonly code: string = 'ERR_STREAM';
  readonly text: string | undefined;
  /** `peer`: it told us. `local`: we told it. */
  readonly origin: 'local' | 'peer';
  readonly seeOtherHost: string | undefined;
  readonly application: XmlElement | undefined;
  override readonly retryable: boolean;

  constructor(
    readonly condition: StreamErrorCondition,
    options: StreamErrorOptions = {},
  ) {
    const { text, origin = 'local', cause } = options;
    const who = origin === 'peer' ? 'the server ended the stream' : 'we ended the stream';
    const why = text && origin === 'peer' ? quoted(text) : text;
    super(`${who}: ${condition}${why ? `, ${why}` : ''}`, cause === undefined ? undefined : { cause });
    this.text = text;
    this.origin = origin;
    this.seeOtherHost = options.seeOtherHost;
    this.application = options.application;
    this.retryable = PASSING_CONDITIONS.includes(condition);
  }

  /** The `<stream:error/>` element for it. */
  toElement(): XmlElement {
    const condition = new XmlElement(this.condition, NS_STREAM_ERRORS);
    if (this.seeOtherHost !== undefined) condition.append(this.seeOtherHost);
    const xml = new XmlElement('error', NS_STREAM).append(condition);
    if (this.text) xml.append(new XmlElement('text', NS_STREAM_ERRORS).append(this.text));
    if (this.application) xml.append(this.application.copy());
    return xml;
  }

  /** What the peer said; an unknown or missing condition reads as `undefined-condition`. */
  static fromElement(xml: XmlElement): StreamError {
    let condition: StreamErrorCondition | undefined;
    let seeOtherHost: string | undefined;
    let text: string | undefined;
    let application: XmlElement | undefined;
    for (const child of xml.elements()) {
      if (child.namespace !== NS_STREAM_ERRORS) application ??= child;
      else if (child.name === 'text') text ??= child.text;
      else {
        condition ??= CONDITIONS.find((known) => known === child.name);
        if (child.name === condition && condition === 'see-other-host') seeOtherHost = child.text.trim() || undefined;
      }
    }
    return new StreamError(condition ?? 'undefined-condition', { text, origin: 'peer', seeOtherHost, application });
  }
}
