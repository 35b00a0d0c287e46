// @ts-check

/**
 * A simple type of a schema, as a codec of `@sestina/core`.
 * @typedef {object} Simple
 * @property {string} code `int(0)`; empty for text
 * @property {readonly string[]} imports what it needs of core
 * @property {boolean} [empty] an element of that type is there or not
 * @property {string} [mark] what could not be found out
 */

const INTEGERS = new Map([
  ['byte', 'int(-128, 127)'],
  ['unsignedByte', 'int(0, 255)'],
  ['short', 'int(-32_768, 32_767)'],
  ['unsignedShort', 'int(0, 65_535)'],
  ['int', 'int(-2_147_483_648, 2_147_483_647)'],
  ['unsignedInt', 'int(0, 4_294_967_295)'],
  ['integer', 'int()'],
  ['long', 'int()'],
  ['nonNegativeInteger', 'int(0)'],
  ['positiveInteger', 'int(1)'],
  ['unsignedLong', 'int(0)'],
]);
const TEXTS = new Set([
  'string',
  'token',
  'NCName',
  'NMTOKEN',
  'Name',
  'ID',
  'IDREF',
  'QName',
  'anyURI',
  'language',
  'normalizedString',
  'anySimpleType',
  'hexBinary',
]);

/** @type {Simple} */
export const TEXT = { code: '', imports: [] };

/** A type of XML Schema itself. @param {string} name without prefix @param {string} of the attribute or element @returns {Simple} */
export function builtIn(name, of) {
  const integer = INTEGERS.get(name);
  if (integer) return { code: integer, imports: ['int'] };
  if (name === 'boolean') return { code: 'bool', imports: ['bool'] };
  if (name === 'base64Binary') return { code: 'base64', imports: ['base64'] };
  if (name === 'dateTime') return { code: 'dateTime', imports: ['dateTime'] };
  if (name === 'date') return { code: 'date', imports: ['date'] };
  if (name === 'time') return { code: 'time', imports: ['time'] };
  // The schemas know no type for addresses.
  if (/^(?:jid|from|to|by)$/.test(of) && TEXTS.has(name)) return { code: 'jid', imports: ['jid'] };
  if (TEXTS.has(name)) return TEXT;
  return { code: '', imports: [], mark: `a codec for xs:${name}` };
}
