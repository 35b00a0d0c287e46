// @ts-check
import { pascal } from '../names.mjs';

/** @import { DraftClass, DraftField } from '../draft/schema.mjs' */
/** @import { DraftedSchema } from '../draft/specification.mjs' */
/** @import { Plan } from '../plan.mjs' */

/** What stands before everything that could not be found out. `npm run check`, and `npm run marks` elsewhere, refuse what is left of it. */
export const MARK = 'DECIDE:';

/** The ending of imports. @param {Plan} plan */
const ending = ({ inside }) => (inside ? 'js' : 'ts');

/** The class of what is asked, and of what comes back, where that can be found out. @param {Plan} plan */
export function question({ draft, plugin }) {
  const asked = draft?.schemas[0]?.classes.find(({ tag, root }) => root && tag === draft.asked);
  // What has to be in it nobody has said yet.
  const bare = asked?.fields.every(({ code }) => !code.endsWith('.required()'));
  return draft ? (bare ? asked?.name : undefined) : `${plugin}Query`;
}

/** src/stanza.ts @param {Plan} plan */
export function stanzaFile(plan) {
  const { draft, constant, namespace } = plan;
  if (!draft) {
    const cls = question(plan);
    const code = `attr('value')`;
    return `import { attr, element } from '@sestina/core';

/** The namespace, which is the feature too. */
export const ${constant} = '${namespace}';

/** \`<query/>\`: the question, and with a value the answer. */
export class ${cls} extends element('query', ${constant}, {
  value: ${code},
}) {}
`;
  }
  const imports = new Set([
    'element',
    ...draft.classes.flatMap(({ fields }) => fields.flatMap((field) => field.imports)),
  ]);
  const marks = draft.marks.map((mark) => `// ${MARK} ${mark}\n`).join('');
  return `import { ${[...imports].sort((a, b) => a.localeCompare(b)).join(', ')} } from '@sestina/core';

${draft.schemas.map((schema) => schemaText(schema, draft.xep)).join('\n')}${marks}`;
}

/** @param {DraftedSchema} schema @param {string} xep */
function schemaText({ namespace, constant, section, classes }, xep) {
  const where = `XEP-${xep}${section ? ` §${section}` : ''}`;
  const texts = [`/** A namespace of XEP-${xep}. */\nexport const ${constant} = '${namespace}';\n`];
  return [...texts, ...classes.map((cls) => classText(cls, constant, where))].join('\n');
}

/** @param {DraftClass} cls @param {string} constant @param {string} where */
function classText({ tag, name, fields }, constant, where) {
  const head = `/** \`<${tag}/>\` (${where}). */\nexport class ${name} extends element('${tag}', ${constant}`;
  if (fields.length === 0) return `${head}) {}\n`;
  return `${head}, {\n${fields.map(fieldText).join('')}}) {}\n`;
}

/** @param {DraftField} field */
function fieldText({ name, code, comment, mark }) {
  const before = `${comment ? `  /** ${comment} */\n` : ''}${mark ? `  // ${MARK} ${mark}\n` : ''}`;
  return `${before}  ${name}: ${code},\n`;
}

/** The file with the class. @param {Plan} plan */
export function pluginFile(plan) {
  const { draft, plugin, id, constant } = plan;
  const asked = question(plan);
  const title = draft
    ? `XEP-${draft.xep}: ${draft.title}, version ${draft.version}.`
    : 'Asks others, and answers those who ask.';
  const head = `/** ${title} */
export class ${plugin} extends Plugin {
  static override readonly id = '${id}';`;
  if (!asked) {
    return `import { BaseXMPP, Plugin } from '@sestina/core';
import { ${constant} } from './stanza.${ending(plan)}';

${head}
  static override readonly inject = [BaseXMPP] as const;

  constructor(xmpp: BaseXMPP) {
    super();
    // ${MARK} what it does, and what is asked and answered
    this.own(xmpp.advertise(${constant}));
  }
}
`;
  }
  const what = draft ? `new ${asked}()` : `new ${asked}({ value })`;
  const left = draft ? `        // ${MARK} what is answered\n` : '';
  const option = draft
    ? ''
    : `  /**
   * What is answered.
   * @default ''
   */
  value = '';
`;
  const check = draft ? '' : `    checkOption('value', value, typeof value === 'string', 'a text');\n`;
  const checks = draft ? 'audienceOption' : 'audienceOption, checkOption';
  return `import { type AskOptions, type Audience, BaseXMPP, type JID, Plugin, StanzaError } from '@sestina/core';
import { ${checks} } from '@sestina/core/connection';
import { ${[constant, asked].sort().join(', ')} } from './stanza.${ending(plan)}';

/** Options of \`${plugin}\`. The initialisers are the defaults. */
export class ${plugin}Options {
  /**
   * Who gets an answer; the others are told what a program without this plugin would tell.
   * @default 'contacts'
   */
  answer: Audience = 'contacts';
${option}}

${head}
  static override readonly Options = ${plugin}Options;
  static override readonly inject = [BaseXMPP, ${plugin}Options] as const;
  readonly #xmpp: BaseXMPP;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { answer${draft ? '' : ', value'} }: ${plugin}Options) {
    super();
    audienceOption('answer', answer);
${check}    this.#xmpp = xmpp;
    if (answer === 'nobody') return;
    this.own(
      xmpp.advertise(${constant}),
      xmpp.onIq('get', ${asked}, async (_query, { from, to }) => {
        if (!(await xmpp.admits(answer, from, to))) throw new StanzaError('service-unavailable');
${left}        return ${what};
      }),
    );
  }

  /** What that entity answers. @throws StanzaError: it does not say. What \`request()\` of the connection throws. */
  query(to: JID | string, options: AskOptions = {}): Promise<${asked}> {
    return this.untilRemoved(options.signal, (signal) =>
      this.#xmpp.iqGet(to, new ${asked}(), { ...options, signal, answer: ${asked} }),
    );
  }
}
`;
}

/** src/index.ts @param {Plan} plan */
export function indexFile(plan) {
  const { draft, plugin, file, constant } = plan;
  const title = draft ? `XEP-${draft.xep}: ${draft.title}, version ${draft.version}.` : `${plugin}, for Sestina.`;
  const own = draft ? draft.classes.map(({ name }) => name) : [`${plugin}Query`];
  const constants = draft ? draft.schemas.map((one) => one.constant) : [constant];
  const names = [...own, ...constants].sort((a, b) => a.localeCompare(b));
  const classes = question(plan) ? `${plugin}, ${plugin}Options` : plugin;
  return `/** ${title} */
export { ${classes} } from './${file}.${ending(plan)}';
export { ${names.join(', ')} } from './stanza.${ending(plan)}';
`;
}

/** The variable that a plugin of that class is in. @param {string} plugin */
export const variable = (plugin) => pascal(plugin).charAt(0).toLowerCase() + pascal(plugin).slice(1);
