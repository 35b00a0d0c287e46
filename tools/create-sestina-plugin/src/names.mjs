// @ts-check

/** What a class may not be called, since others are. */
const TAKEN = new Set([
  'Array',
  'Date',
  'Error',
  'Function',
  'Map',
  'Number',
  'Object',
  'Promise',
  'Set',
  'String',
  'Symbol',
]);
/** What every stanza object has. */
const RESERVED = new Set(['compact', 'constructor', 'copy', 'set', 'toJSON', 'toString', 'view', 'xml']);

/** `software-version` and `Software Version` as `SoftwareVersion`. @param {string} text */
export function pascal(text) {
  const words = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z0-9]+/);
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(name) ? name : `X${name}`;
}

/** @param {string} text */
export function camel(text) {
  const name = pascal(text);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** What the class of an element is called. @param {string} tag @param {ReadonlySet<string>} taken @param {string} [parent] */
export function className(tag, taken, parent = '') {
  const plain = pascal(tag);
  const wanted = [TAKEN.has(plain) ? `${plain}Element` : plain, `${pascal(parent)}${plain}`, `${plain}Element`];
  return wanted.find((name) => !taken.has(name) && !TAKEN.has(name)) ?? `${plain}${taken.size}`;
}

/** What the property of an attribute or a child is called. @param {string} name @param {ReadonlySet<string>} taken */
export function fieldName(name, taken) {
  const plain = camel(name);
  return RESERVED.has(plain) || taken.has(plain) ? `${plain}Element` : plain;
}

/** `urn:xmpp:ping` as `NS_PING`. @param {string} namespace */
export function namespaceName(namespace) {
  const words = namespace.split(/[^A-Za-z0-9]+/).filter((word) => /^[A-Za-z]/.test(word));
  const ends = words.filter(
    (word) => !['http', 'https', 'jabber', 'org', 'protocol', 'urn', 'xmpp', 'tmp', 'iq', 'x'].includes(word),
  );
  return `NS_${(ends.at(-1) ?? 'PLUGIN').toUpperCase()}`;
}
