import { SerializeError, type SerializeOptions, serialize, type XmlElement } from '@sestina/xml';

/**
 * The text of a first-level element.
 * @throws SerializeError for what XML cannot hold, and for an element in no namespace: a server ends the stream on it
 *   (RFC 6120 §4.8.3).
 */
export function serializeFirstLevel(element: XmlElement, options: SerializeOptions): string {
  if (element.namespace !== '') return serialize(element, options);
  const { name } = element;
  throw new SerializeError(
    'namespace',
    name,
    `<${name}/> is in no namespace, on which servers end the stream: make it with xmpp.message(), xmpp.presence() or xmpp.iq(), ` +
      "with xml() or parseStanza(), or say which: new XmlElement('message', NS_CLIENT)",
  );
}
