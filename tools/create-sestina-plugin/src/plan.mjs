// @ts-check
import { pascal } from './names.mjs';

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
 * @property {string} range of the packages of Sestina
 */

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
    range: '>=0.1.0 <1.0.0',
  };
}
