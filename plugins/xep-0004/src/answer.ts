import { bool, JID, StanzaError } from '@sestina/core';
import { FormAnswerError, type FormProblem } from './errors.js';
import { Form, FormField } from './stanza.js';

/** What may be given for a field: text, a list of texts, or something with a text of its own. */
export type FormInput = boolean | number | string | JID | Iterable<JID | string>;

/** Answers by field name; pairs where a name could be anything. */
export type FormAnswers = Iterable<readonly [name: string, value: FormInput]> | Readonly<Record<string, FormInput>>;

/** How a form is filled in. */
export interface FillInOptions {
  /**
   * Whether suggested values that are not answered are sent as they came, as the programs do with which people fill in forms. False:
   * only those of hidden and required fields are.
   * @default true
   */
  readonly presets?: boolean | undefined;
  /**
   * Has the answer checked before it is given back: as `checkAnswer()` does, and by these. An empty list checks what every form asks for.
   * @default nothing is checked
   */
  readonly validators?: readonly FormValidator[] | undefined;
}

/**
 * Fills a form in: the answers, and the values that came with it where there is none. What has no value and no answer is left out;
 * what is answered with an empty list is sent without a value, which takes away what is there.
 * @throws FormAnswerError where `validators` is given and something is wrong.
 */
export function fillIn(form: Form, answers: FormAnswers, { presets = true, validators }: FillInOptions = {}): Form {
  const given = new Map<string, readonly string[]>();
  const pairs =
    Symbol.iterator in answers ? (answers as Iterable<readonly [string, FormInput]>) : Object.entries(answers);
  for (const [name, value] of pairs) given.set(name, textsOf(value));
  const submit = new Form({ type: 'submit' });
  const { fields } = submit;
  for (const field of form.fields) {
    const { var: name, type } = field;
    if (name === undefined || type === 'fixed') continue;
    const kept = type === 'hidden' || field.required || (presets && field.value !== undefined);
    const values = given.get(name) ?? (kept ? field.values : undefined);
    given.delete(name);
    if (!values) continue;
    const answer = new FormField({ var: name, type, values: linesOf(type, values) });
    // A type that nobody knows goes back as it came.
    if (type === 'text-single') answer.xml.setAttribute('type', field.xml.attribute('type') ?? type);
    fields.add(answer);
  }
  // Fields that the form does not have may be sent too; the other side ignores what it does not know.
  for (const [name, values] of given) fields.add(new FormField({ var: name, values }));
  const problems = validators ? checkAnswer(form, submit, { validators }) : [];
  if (problems.length > 0) throw new FormAnswerError(problems);
  return submit;
}

function textsOf(value: FormInput): readonly string[] {
  if (typeof value === 'boolean') return [value ? '1' : '0'];
  if (typeof value === 'object' && !(value instanceof JID)) return [...value].map(String);
  return [String(value)];
}

function linesOf(type: string, values: readonly string[]): readonly string[] {
  return type === 'text-multi' ? values.flatMap((value) => value.split(/\r\n|\r|\n/)) : values;
}

/** Looks for more that may be wrong with a submission, as XEP-0122 does. */
export type FormValidator = (form: Form, submit: Form) => Iterable<FormProblem>;

/** How an answer is checked. */
export interface CheckOptions {
  /** Asked after everything else, about fields with which nothing was wrong until then. */
  readonly validators?: readonly FormValidator[] | undefined;
}

/**
 * Looks whether a submission answers a form: what is required is there, and what is there is of the field's type and among
 * its options. Fields that the form does not have are ignored, as XEP-0004 §3.1 asks.
 */
export function checkAnswer(form: Form, submit: Form, { validators = [] }: CheckOptions = {}): FormProblem[] {
  const problems: FormProblem[] = [];
  const answers = new Map<string, FormField>();
  for (const field of submit.fields)
    if (field.var !== undefined && !answers.has(field.var)) answers.set(field.var, field);
  for (const field of form.fields) {
    const { var: name } = field;
    if (name === undefined || field.type === 'fixed') continue;
    const values = answers.get(name)?.values ?? [];
    const problem = values.every((value) => value === '') ? missing(field) : faultIn(field, values);
    if (problem) problems.push({ var: name, problem });
  }
  const wrong = new Set(problems.map(({ var: name }) => name));
  for (const validator of validators) {
    for (const problem of validator(form, submit)) if (!wrong.has(problem.var)) problems.push(problem);
  }
  return problems;
}

/** The same for an iq handler. @throws StanzaError `not-acceptable` that names the problems (XEP-0004 §4). */
export function requireAnswer(form: Form, submit: Form, options: CheckOptions = {}): void {
  const problems = checkAnswer(form, submit, options);
  if (problems.length === 0) return;
  const text = problems.map((each) => `${each.var}: ${each.problem}`).join('; ');
  throw new StanzaError('not-acceptable', { text });
}

const missing = (field: FormField): string | undefined => (field.required ? 'has to be answered' : undefined);

const MULTIPLE: ReadonlySet<string> = new Set(['hidden', 'jid-multi', 'list-multi', 'text-multi']);

function faultIn(field: FormField, values: readonly string[]): string | undefined {
  const { type } = field;
  if (values.length > 1 && !MULTIPLE.has(type)) return 'has more than one value';
  const [value = ''] = values;
  if (type === 'boolean' && bool.decode(value) === undefined) return 'is neither true nor false';
  if (type.startsWith('jid-') && values.some((raw) => !JID.tryParse(raw))) return 'is no address';
  if (type.startsWith('list-') && !isOpen(field)) {
    // One without a value is nobody's answer, and must not keep the others from being looked at.
    const options = new Set([...field.options].map(({ xml }) => xml.child('value')?.text));
    if (values.some((raw) => !options.has(raw))) return 'is not among the options';
  }
  return undefined;
}

/** Whether XEP-0122 lets people add options of their own: any way of checking but `basic` does (§3.2). */
function isOpen(field: FormField): boolean {
  const validate = field.xml.child('validate', NS_VALIDATE);
  return ['open', 'range', 'regex'].some((method) => validate?.child(method) !== undefined);
}

const NS_VALIDATE = 'http://jabber.org/protocol/xdata-validate';
