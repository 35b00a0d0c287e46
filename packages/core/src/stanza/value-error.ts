import { quoted, quotedTag, type XmlElement } from '@sestina/xml';
import { SestinaError } from '../errors.js';

/** A peer sent a value that the definition does not allow, or leaves out one that it asks for. Thrown on that access only. */
export class StanzaValueError extends SestinaError {
  static override readonly name: string = 'StanzaValueError';
  readonly code = 'ERR_STANZA_VALUE';

  constructor(
    /** The element that was read. */
    readonly xml: XmlElement,
    /** Where in it: `@id`, `<name/>`, `field "FORM_TYPE"`. */
    readonly where: string,
    /** The text found, undefined where there was nothing. */
    readonly raw: string | undefined,
    readonly expects: string,
  ) {
    const got = raw === undefined ? 'nothing' : quoted(raw, 100);
    super(`${quotedTag(xml)} ${where}: expected ${expects}, got ${got}`);
  }
}
