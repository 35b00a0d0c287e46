import { SestinaError } from './errors.js';
import { shown } from './quoted.js';

/** Stream error conditions (RFC 6120 §4.9.3) that a parser can come to. */
export type XmlCondition =
  | 'bad-format'
  | 'bad-namespace-prefix'
  | 'invalid-namespace'
  | 'invalid-xml'
  | 'not-well-formed'
  | 'policy-violation'
  | 'restricted-xml'
  | 'unsupported-encoding';

/** What the peer sent ends the stream; `condition` is what it is told. */
export class XmlStreamError extends SestinaError {
  static override readonly name: string = 'XmlStreamError';
  readonly code = 'ERR_XML';

  constructor(
    readonly condition: XmlCondition,
    message: string,
    /** The limit that was passed, for `policy-violation`. */
    readonly limit?: string,
  ) {
    // Names, prefixes and encodings in it are the peer's.
    super(shown(message, 300));
  }
}
