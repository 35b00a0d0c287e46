export { expectXml, XmlDifferenceError } from './expect-xml.js';
export { formatXml } from './format.js';
export { parseXml, XmlTextError } from './parse.js';
export { type SameXmlOptions, sameXml } from './same-xml.js';
export { type XmlValue, xml } from './xml-tag.js';
