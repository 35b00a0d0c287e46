import type { XmlElement } from './element.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { SaxesStreamParser } from './saxes-parser.js';
import { XmlStreamError } from './xml-error.js';

/**
 * Parses one element with any root: a frame of RFC 7395, a stanza in a test. No namespace is implied.
 * @param limits - the root counts as a first-level element. Default `DEFAULT_LIMITS`.
 * @throws XmlStreamError for everything that is not exactly one element in the XML that XMPP allows (RFC 6120 §11).
 */
export function parseDocument(text: string, limits: Limits = DEFAULT_LIMITS): XmlElement {
  let root: XmlElement | undefined;
  let failure: XmlStreamError | undefined;
  const parser = new SaxesStreamParser(
    {
      streamStart() {},
      streamEnd() {},
      element(element) {
        root = element;
      },
      error(error) {
        failure = error;
      },
    },
    limits,
    true,
  );
  parser.write(text);
  if (failure !== undefined) throw failure;
  if (root === undefined || !parser.idle) throw new XmlStreamError('not-well-formed', 'the XML ends too early');
  return root;
}
