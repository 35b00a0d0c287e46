export { DocumentParser, parseDocument } from './document-parser.js';
export { XmlElement, type XmlNode } from './element.js';
export { ConfigError, SestinaError } from './errors.js';
export { escapeAttribute } from './escape.js';
export { LazyMap, LazySet } from './lazy-tables.js';
export { DEFAULT_LIMITS, type Limits, limitsFrom } from './limits.js';
export { LruMap, type LruMapOptions } from './lru-map.js';
export { isNcName, isValidXmlText } from './names.js';
export {
  NS_CLIENT,
  NS_COMPONENT,
  NS_STANZA_ERRORS,
  NS_STREAM,
  NS_STREAM_ERRORS,
  NS_XML,
  NS_XMLNS,
} from './namespaces.js';
export { Origin, ReadOnlyError } from './origin.js';
export { ownString } from './own-string.js';
export type { Parser, ParserEvents, ParserFactory, StreamHeader } from './parser.js';
export { quoted, quotedTag } from './quoted.js';
export { SerializeError, type SerializeOptions, type SerializePart, serialize } from './serialize.js';
export { exceedsBytes, utf8Length } from './utf8.js';
export { weightOf } from './weight.js';
export { type XmlCondition, XmlStreamError } from './xml-error.js';
