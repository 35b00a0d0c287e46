// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from '@sestina/xml';
import { namespaceName, pascal } from '../names.mjs';
import { draftSchema } from './schema.mjs';

/** @import { DraftClass } from './schema.mjs' */
/** @import { XmlElement } from '@sestina/xml' */

/**
 * @typedef {{ namespace: string, constant: string, section: string | undefined, classes: readonly DraftClass[] }} DraftedSchema
 *
 * @typedef {object} Drafted
 * @property {string} xep
 * @property {string} title
 * @property {string} version
 * @property {string} namespace
 * @property {string} constant the name of the constant with the namespace
 * @property {readonly DraftedSchema[]} schemas the one with what is asked first
 * @property {readonly DraftClass[]} classes of all of them
 * @property {readonly { n: number | string, caption: string, xml: string }[]} examples
 * @property {string | undefined} asked the tag of what is asked by an iq of type get
 * @property {readonly string[]} marks what could not be found out of the specification as a whole
 */

/**
 * Drafts what a specification says. @param {string} folder with `examples/xep-NNNN.json` @param {string} xep @param {string} [plugin] the class of the plugin
 * @returns {Drafted}
 * @throws Error where there is no such specification.
 */
export function draftSpecification(folder, xep, plugin) {
  const path = join(folder, `examples/xep-${xep}.json`);
  if (!existsSync(path)) throw new Error(`there is no XEP-${xep} in ${folder}`);
  const { title, version, namespaces, examples, schemas } = JSON.parse(readFileSync(path, 'utf8'));
  const shown = examples.flatMap(drawn);
  const payload = asked(shown, new Set(schemas.map((/** @type {any} */ one) => one.targetNamespace)));
  const drafts = draftAll(schemas, payload, plugin ?? pascal(title));
  const [first] = drafts;
  const namespace = first?.namespace ?? namespaces[0] ?? `urn:xmpp:xep-${xep}:0`;
  const constant = first?.constant ?? namespaceName(namespace);
  const none = { namespace, constant, section: undefined, classes: [] };
  const marks = first ? [] : ['the elements: the specification has no schema'];
  const all = first ? drafts : [none];
  const classes = all.flatMap((one) => one.classes);
  return {
    xep,
    title,
    version,
    namespace,
    constant,
    schemas: all,
    classes,
    examples: shown,
    asked: payload?.name,
    marks,
  };
}

/**
 * A draft of each schema, that of what is asked first. @param {readonly any[]} schemas @param {XmlElement | undefined} payload @param {string} plugin
 * @returns {DraftedSchema[]}
 */
function draftAll(schemas, payload, plugin) {
  const taken = new Set([plugin, `${plugin}Options`]);
  const constants = new Set();
  const main = schemas.findIndex(({ targetNamespace }) => targetNamespace === payload?.namespace);
  const ordered = main > 0 ? [schemas[main], ...schemas.filter((_, index) => index !== main)] : schemas;
  return ordered
    .filter(({ targetNamespace }) => targetNamespace)
    .map(({ targetNamespace: namespace, xsd, section }) => {
      let constant = namespaceName(namespace);
      if (constants.has(constant)) constant = `${constant}_${constants.size + 1}`;
      constants.add(constant);
      return { namespace, constant, section, classes: draftSchema(xsd, taken) };
    });
}

/** The elements of an example that is complete. @param {any} example @returns {{ n: number | string, caption: string, xml: string }[]} */
function drawn({ n, caption, complete, xml }) {
  if (!complete) return [];
  return xml.map((/** @type {string} */ text) => ({
    n,
    caption: caption ?? '',
    xml: text.replace(/<!--[\s\S]*?-->/g, ''),
  }));
}

/**
 * What the first example with an iq of type get asks, of these namespaces.
 * @param {readonly { xml: string }[]} examples @param {ReadonlySet<string>} namespaces @returns {XmlElement | undefined}
 */
function asked(examples, namespaces) {
  for (const { xml } of examples) {
    const root = parsed(xml);
    if (root?.name !== 'iq' || root.attribute('type') !== 'get') continue;
    for (const payload of root.elements()) if (namespaces.has(payload.namespace)) return payload;
  }
  return undefined;
}

/** @param {string} text @returns {XmlElement | undefined} */
function parsed(text) {
  try {
    return parseDocument(text);
  } catch {
    return undefined;
  }
}
