import { parseDocument, SestinaError, type XmlElement } from '@sestina/core';
import { NS_CLIENT } from '@sestina/core/connection';
import { NS_STREAM } from '@sestina/core/transport';

/** What is in a string that was to be one element. */
export class XmlTextError extends SestinaError {
  static override readonly name: string = 'XmlTextError';
  readonly code = 'ERR_XML_TEXT';

  constructor(
    /** The text that was given. */
    readonly text: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${problem}: ${text}`, options);
  }
}

/**
 * Reads one element. Without an `xmlns` of its own it is taken to stand in a client stream: `jabber:client`, and the prefix
 * `stream` is known.
 * @param namespace Another default namespace.
 * @throws XmlTextError where it is not exactly one well-formed element.
 */
export function parseXml(text: string, namespace: string = NS_CLIENT): XmlElement {
  const body = text.replace(/^\s*<\?xml[^>]*\?>/, '');
  let root: XmlElement;
  try {
    root = parseDocument(`<stream:x xmlns='${escapeXml(namespace)}' xmlns:stream='${NS_STREAM}'>${body}</stream:x>`);
  } catch (error) {
    throw new XmlTextError(text, `not well-formed XML (${error instanceof Error ? error.message : String(error)})`, {
      cause: error,
    });
  }
  const [first, ...more] = [...root.elements()];
  if (!first) throw new XmlTextError(text, 'no element in this text');
  if (more.length > 0 || root.text.trim() !== '') throw new XmlTextError(text, 'more than one element in this text');
  return first.copy();
}

/** The element itself, or the one that the text says. @throws XmlTextError */
export function asElement(xml: string | XmlElement, namespace?: string): XmlElement {
  return typeof xml === 'string' ? parseXml(xml, namespace) : xml;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ["'", '&apos;'],
  ['"', '&quot;'],
  ['\r', '&#xD;'],
  ['\n', '&#xA;'],
  ['\t', '&#x9;'],
]);

/** Text made safe for element content and for attributes in either quotes. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>'"\r\n\t]/g, (character) => ESCAPES.get(character) ?? character);
}
