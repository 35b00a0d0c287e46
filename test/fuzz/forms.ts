import { parseDocument, SestinaError, XmlElement } from '@sestina/core';
import { sameXml } from '@sestina/testing';
import { checkAnswer, Form, fillIn, NS_DATA } from '@sestina/xep-0004';
import fc from 'fast-check';
import { holds, target, textOf } from './target.js';

const TYPES = [
  'boolean',
  'fixed',
  'hidden',
  'jid-multi',
  'jid-single',
  'list-multi',
  'list-single',
  'text-multi',
  'text-private',
  'text-single',
  'what',
  undefined,
];
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'FORM_TYPE', '__proto__', 'constructor', '', undefined),
  textOf(['a', '<', "'"]),
);
const text = fc.oneof(
  fc.constantFrom('', '0', '1', 'true', 'maybe', 'a@b', '@', 'a\r\nb', 'open'),
  textOf(['\n', '&', 'x']),
);
const field = fc.record({
  name,
  type: fc.constantFrom(...TYPES),
  required: fc.boolean(),
  values: fc.array(text, { maxLength: 3 }),
  options: fc.array(fc.option(text, { nil: undefined }), { maxLength: 3 }),
});
const form = fc.record({
  type: fc.constantFrom('form', 'submit', 'result', 'what'),
  fields: fc.array(field, { maxLength: 6 }),
});
type FormCase = typeof form extends fc.Arbitrary<infer T> ? T : never;

const made = (tag: string, attributes: Readonly<Record<string, string | undefined>> = {}): XmlElement =>
  new XmlElement(tag, NS_DATA, attributes);
const valueElement = (of: string): XmlElement => made('value').append(of);

function formOf({ type, fields }: FormCase): Form {
  const xml = made('x', { type });
  for (const { name: of, type: kind, required, values, options } of fields) {
    const each = made('field', { var: of, type: kind });
    if (required) each.append(made('required'));
    each.append(...values.map(valueElement));
    for (const option of options) {
      each.append(option === undefined ? made('option') : made('option').append(valueElement(option)));
    }
    xml.append(each);
  }
  return new Form(xml);
}

/** What it gives; undefined where it throws an error of ours. */
function ours<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    holds(error instanceof SestinaError, `it throws ${String(error)}`);
    return undefined;
  }
}

export const forms = target(
  {
    name: 'forms',
    holds: 'whatever a form asks, it is filled in, or refused with an error of ours; and the answer is what was sent',
    cost: 2,
  },
  fc.record({
    asked: form,
    sent: form,
    answers: fc.array(fc.tuple(text, fc.oneof(text, fc.boolean(), fc.array(text, { maxLength: 3 }))), { maxLength: 4 }),
    presets: fc.boolean(),
  }),
  ({ asked, sent, answers, presets }) => {
    const question = formOf(asked);
    const names = new Set(asked.fields.map(({ name: of }) => of));
    const filled = ours(() => fillIn(question, answers, { presets }));
    if (filled) {
      for (const { var: of, type } of filled.fields) {
        holds(of !== undefined && type !== 'fixed', 'a field without a name was answered');
        holds(names.has(of) || answers.some(([given]) => given === of), `nobody has asked or answered ${of}`);
      }
      const written = ours(() => filled.xml.toString());
      if (written !== undefined) {
        const readAgain = new Form(parseDocument(written));
        holds([...readAgain.fields].length === [...filled.fields].length, 'fields were lost on the way');
        if (!/\r/.test(written))
          holds(sameXml(readAgain.xml, filled.xml) === undefined, 'it is another one once it was sent');
      }
    }
    for (const answer of [filled, formOf(sent)]) {
      const problems = answer && ours(() => checkAnswer(question, answer));
      for (const { var: of, problem } of problems ?? []) holds(names.has(of) && problem !== '', `a problem of ${of}`);
    }
  },
);
