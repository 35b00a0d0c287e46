// @ts-check
import { readFileSync } from 'node:fs';
import { pascal } from './names.mjs';
import { rangeOf } from './range.mjs';

/** @import { Drafted } from './draft/specification.mjs' */

/**
 * What is to be written.
 * @typedef {object} Plan
 * @property {string} package `@sestina/xep-0092`, or a name of your own
 * @property {string} id
 * @property {string} plugin the class
 * @property {string} file its file, without an ending
 * @property {string} description
 * @property {string} namespace
 * @property {string} constant
 * @property {boolean} inside whether it lies in the repository of Sestina
 * @property {Drafted | undefined} draft
 * @property {Ranges} ranges
 *
 * Which releases a package wants.
 * @typedef {object} Ranges
 * @property {string} core
 * @property {string} testing
 * @property {string} create of this package
 * @property {string} next of the test kit, where it lies next door
 */

/** @type {{ version: string, devDependencies: Record<string, string> }} */
const OWN = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** What this release was made with, in its own package.json, where releases raise it. @returns {Ranges} */
function ranges() {
  const { '@sestina/core': core = '', '@sestina/testing': next = '' } = OWN.devDependencies;
  const [own, testing] = [core, next].map((range) => rangeOf(range.slice(1)));
  return { core: own ?? '', testing: testing ?? '', create: rangeOf(OWN.version), next };
}

const NAME = /^(?:@[a-z0-9-]+\/)?[a-z][a-z0-9-]*$/;

/**
 * @param {{ name: string, plugin?: string | undefined, namespace?: string | undefined, draft?: Drafted | undefined, inside?: boolean }} given
 * @returns {Plan}
 * @throws Error for a name that npm does not take, or a class that is none.
 */
export function plan({ name, plugin, namespace, draft, inside = false }) {
  if (!NAME.test(name)) throw new Error(`"${name}" is no name of a package: lower case letters, digits and hyphens`);
  const own = name.replace(/^@[^/]*\//, '');
  const cls = plugin ?? pascal(draft?.title ?? own.replace(/^xmpp-/, ''));
  if (!/^[A-Z][A-Za-z0-9]*$/.test(cls)) throw new Error(`"${cls}" is no name of a class: SoftwareVersion`);
  return {
    package: inside ? `@sestina/${own}` : name,
    id: draft ? `xep-${draft.xep}` : own,
    plugin: cls,
    file: cls.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase(),
    description: draft
      ? `XEP-${draft.xep}: ${draft.title}${inside ? '' : ', for Sestina'}`
      : `${cls} for Sestina, by XMPP`,
    namespace: namespace ?? draft?.namespace ?? `urn:example:${own}`,
    constant: draft?.constant ?? 'NS_PLUGIN',
    inside,
    draft,
    ranges: ranges(),
  };
}
