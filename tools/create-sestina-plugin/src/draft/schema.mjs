// @ts-check
import { parseDocument } from '@sestina/xml';
import { className, fieldName } from '../names.mjs';
import { builtIn, TEXT } from './types.mjs';

/** @import { XmlElement } from '@sestina/xml' */
/** @import { Simple } from './types.mjs' */

/**
 * @typedef {object} DraftField
 * @property {string} name
 * @property {string} code `attr('id').required()`
 * @property {readonly string[]} imports
 * @property {string} [comment]
 * @property {string} [mark]
 *
 * @typedef {object} DraftClass
 * @property {string} tag
 * @property {string} name
 * @property {DraftField[]} fields
 * @property {boolean} root whether it can stand in a stanza
 */

const XS = 'http://www.w3.org/2001/XMLSchema';
const STANZAS = ['message', 'presence', 'iq'];

/**
 * Drafts the classes of a schema, in an order in which each is declared before it is used.
 * @param {string} xsd @param {Set<string>} [taken] names of classes that there are, to which those of this one are added
 * @returns {DraftClass[]}
 */
export function draftSchema(xsd, taken = new Set()) {
  return new Draft(parseDocument(xsd.replace(/^\s*<\?xml[^>]*\?>/, '')), taken).classes();
}

class Draft {
  /** @type {DraftClass[]} */
  #done = [];
  /** @type {Map<XmlElement, DraftClass>} */
  #made = new Map();

  /** @type {Set<string>} */
  #taken;

  /** @param {XmlElement} schema @param {Set<string>} taken */
  constructor(schema, taken) {
    this.schema = schema;
    this.#taken = taken;
    for (const tag of STANZAS) taken.add(className(tag, new Set()));
  }

  classes() {
    for (const declared of this.schema.childrenNamed('element', XS)) this.#classOf(declared, '', true);
    return this.#done;
  }

  /** @param {XmlElement} declared @param {string} parent @param {boolean} root @returns {DraftClass} */
  #classOf(declared, parent, root) {
    const made = this.#made.get(declared);
    if (made) return made;
    const tag = declared.attribute('name') ?? '';
    const name = className(tag, this.#taken, parent);
    this.#taken.add(name);
    /** @type {DraftClass} */
    const draft = { tag, name, fields: [], root };
    this.#made.set(declared, draft);
    const type = this.#complexOf(declared);
    if (type) this.#fill(draft, type);
    else this.#text(draft, this.#simpleOf(declared, tag));
    this.#done.push(draft);
    return draft;
  }

  /** @param {DraftClass} draft @param {Simple} simple */
  #text(draft, simple) {
    if (simple.empty) return;
    const code = `ownText(${simple.code})`;
    draft.fields.push({ name: 'text', code, imports: ['ownText', ...simple.imports], ...marked(simple) });
  }

  /** @param {DraftClass} draft @param {XmlElement} type */
  #fill(draft, type) {
    const extension = type.child('simpleContent', XS)?.child('extension', XS);
    const complex = type.child('complexContent', XS)?.child('extension', XS);
    if (extension) this.#text(draft, this.#typeNamed(extension.attribute('base') ?? '', draft.tag));
    for (const at of [type, extension, complex]) if (at) this.#attributes(draft, at);
    for (const at of [type, complex]) if (at) this.#particles(draft, at, false, false);
    if (type.attribute('mixed') === 'true') this.#text(draft, TEXT);
  }

  /** @param {DraftClass} draft @param {XmlElement} type */
  #attributes(draft, type) {
    for (const attribute of type.childrenNamed('attribute', XS)) {
      const declared = attribute.attribute('name') ?? attribute.attribute('ref') ?? '';
      const use = attribute.attribute('use');
      if (use === 'prohibited' || declared === '') continue;
      const simple = this.#simpleOf(attribute, declared);
      const value = attribute.attribute('default');
      let code = `attr('${declared}'${simple.code ? `, ${simple.code}` : ''})`;
      if (value !== undefined) code += `.default(${literal(value, simple)})`;
      else if (use === 'required') code += '.required()';
      const name = fieldName(declared.replace(/^xml:/, ''), this.#namesOf(draft));
      draft.fields.push({ name, code, imports: ['attr', ...simple.imports], ...marked(simple) });
    }
  }

  /** @param {DraftClass} draft @param {XmlElement} at @param {boolean} many @param {boolean} optional */
  #particles(draft, at, many, optional) {
    for (const particle of at.elements()) {
      if (particle.namespace !== XS) continue;
      const repeats = many || !['1', undefined].includes(particle.attribute('maxOccurs'));
      const may = optional || particle.attribute('minOccurs') === '0';
      if (particle.name === 'sequence' || particle.name === 'all') this.#particles(draft, particle, repeats, may);
      else if (particle.name === 'choice') this.#choice(draft, particle, repeats, may);
      else if (particle.name === 'element') this.#child(draft, particle, repeats, may);
      else if (particle.name === 'any') this.#any(draft, repeats);
      else if (particle.name === 'group') {
        const named = local(particle.attribute('ref') ?? '');
        const group = this.schema.childrenNamed('group', XS).find((one) => one.attribute('name') === named);
        if (group) this.#particles(draft, group, repeats, may);
      }
    }
  }

  /** @param {DraftClass} draft @param {XmlElement} choice @param {boolean} many @param {boolean} optional */
  #choice(draft, choice, many, optional) {
    const declared = choice.childrenNamed('element', XS).map((one) => this.#declared(one));
    const own = declared.every((one) => one !== undefined && this.#complexOf(one) !== undefined);
    const plain = [...choice.elements()].every((one) => one.name === 'element' || one.name === 'annotation');
    if (many || !own || !plain || declared.length < 2) return this.#particles(draft, choice, many, true);
    const classes = declared.map((one) => this.#classOf(/** @type {XmlElement} */ (one), draft.tag, false).name);
    const name = fieldName('content', this.#namesOf(draft));
    draft.fields.push({
      name,
      code: `choice(${classes.join(', ')})`,
      imports: ['choice'],
      comment: optional ? 'One of these, or nothing.' : 'One of these.',
    });
  }

  /** @param {DraftClass} draft @param {XmlElement} particle @param {boolean} many @param {boolean} optional */
  #child(draft, particle, many, optional) {
    const ref = particle.attribute('ref');
    const declared = this.#declared(particle);
    if (!declared) {
      const mark = `the class of <${ref}/>, of another namespace`;
      const name = fieldName(local(ref ?? ''), this.#namesOf(draft));
      draft.fields.push({ name, code: 'anyChild()', imports: ['anyChild'], mark });
      return;
    }
    const tag = declared.attribute('name') ?? '';
    if (this.#complexOf(declared)) {
      const { name } = this.#classOf(declared, draft.tag, false);
      const kind = many ? 'children' : 'child';
      const field = fieldName(many && !tag.endsWith('s') ? `${tag}s` : tag, this.#namesOf(draft));
      draft.fields.push({ name: field, code: `${kind}(${name})`, imports: [kind] });
      return;
    }
    const simple = this.#simpleOf(declared, tag);
    const field = fieldName(many && !tag.endsWith('s') && !simple.empty ? `${tag}s` : tag, this.#namesOf(draft));
    if (simple.empty) {
      draft.fields.push({ name: field, code: `flag('${tag}')`, imports: ['flag'] });
      return;
    }
    const kind = many ? 'childTexts' : 'childText';
    const required = !many && !optional ? '.required()' : '';
    const code = `${kind}('${tag}'${simple.code ? `, ${simple.code}` : ''})${required}`;
    draft.fields.push({ name: field, code, imports: [kind, ...simple.imports], ...marked(simple) });
  }

  /** @param {DraftClass} draft @param {boolean} many */
  #any(draft, many) {
    const name = fieldName('payload', this.#namesOf(draft));
    if (many) return;
    draft.fields.push({ name, code: 'anyChild()', imports: ['anyChild'] });
  }

  /** The declaration that an element stands for: its own, or the one that it refers to here. @param {XmlElement} element */
  #declared(element) {
    const ref = element.attribute('ref');
    if (ref === undefined) return element;
    return this.schema.childrenNamed('element', XS).find((one) => one.attribute('name') === local(ref));
  }

  /** @param {XmlElement} declared @returns {XmlElement | undefined} */
  #complexOf(declared) {
    const inline = declared.child('complexType', XS);
    if (inline) return inline;
    const type = local(declared.attribute('type') ?? '');
    return this.schema.childrenNamed('complexType', XS).find((one) => one.attribute('name') === type);
  }

  /** @param {XmlElement} declared @param {string} of @returns {Simple} */
  #simpleOf(declared, of) {
    const inline = declared.child('simpleType', XS);
    if (inline) return this.#restricted(inline, of);
    const type = declared.attribute('type');
    return type === undefined ? TEXT : this.#typeNamed(type, of);
  }

  /** @param {string} type @param {string} of @returns {Simple} */
  #typeNamed(type, of) {
    const name = local(type);
    const own = this.schema.childrenNamed('simpleType', XS).find((one) => one.attribute('name') === name);
    return own ? this.#restricted(own, of) : builtIn(name, of);
  }

  /** @param {XmlElement} simple @param {string} of @returns {Simple} */
  #restricted(simple, of) {
    const restriction = simple.child('restriction', XS);
    if (!restriction) return { ...TEXT, mark: `a codec for the values of ${of}` };
    const values = restriction.childrenNamed('enumeration', XS).map((one) => one.attribute('value') ?? '');
    if (values.length === 1 && values[0] === '') return { ...TEXT, empty: true };
    const words = values.filter(Boolean).map((value) => `'${value}'`);
    if (words.length > 0) return { code: `oneOf(${words.join(', ')})`, imports: ['oneOf'] };
    const base = this.#typeNamed(restriction.attribute('base') ?? '', of);
    const [least, most] = ['minInclusive', 'maxInclusive'].map((name) =>
      restriction.child(name, XS)?.attribute('value'),
    );
    if (!base.code.startsWith('int(') || (least === undefined && most === undefined)) return base;
    const least_ = least ?? /^int\((-?[\d_]+)/.exec(base.code)?.[1] ?? 'undefined';
    return { code: `int(${[least_, most].filter((value) => value !== undefined).join(', ')})`, imports: ['int'] };
  }

  /** @param {DraftClass} draft */
  #namesOf(draft) {
    return new Set(draft.fields.map(({ name }) => name));
  }
}

/** Without its prefix. @param {string} name */
const local = (name) => name.replace(/^.*:/, '');

/** @param {Simple} simple @returns {{ mark?: string }} */
const marked = ({ mark }) => (mark === undefined ? {} : { mark });

/** @param {string} value @param {Simple} simple */
function literal(value, { code }) {
  if (code.startsWith('int(')) return value;
  if (code === 'bool') return String(value === 'true' || value === '1');
  return `'${value}'`;
}
