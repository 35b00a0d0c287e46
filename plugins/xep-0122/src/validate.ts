import type { Form, FormField, FormProblem, FormValidator } from '@sestina/xep-0004';
import { type Datatype, datatypeOf } from './datatypes.js';
import { Budget, compile } from './regex.js';
import type { Validate } from './stanza.js';

/** How values are looked at. */
export interface ValidationOptions {
  /**
   * What is done about regular expressions, which are the word of somebody else: `safe` follows those that take linear time, of at most
   * 256 characters; `ignore` looks at none.
   * @default 'ignore'
   */
  readonly regex?: 'ignore' | 'safe' | undefined;
}

/** Looks at a submission, for `checkAnswer(form, submit, { validators: [validator({ regex: 'safe' })] })`. */
export function validator({ regex = 'ignore' }: ValidationOptions = {}): FormValidator {
  return (form, submit) => problemsIn(form, submit, regex);
}

/** What is wrong with a submission by XEP-0122; regular expressions are not looked at. Fits the `validators` of `checkAnswer()`. */
export function validated(form: Form, submit: Form): FormProblem[] {
  return problemsIn(form, submit, 'ignore');
}

/** The fields whose regular expression is not looked at, because of the option, or because it cannot be followed safely. */
export function unchecked(form: Form, { regex = 'ignore' }: ValidationOptions = {}): string[] {
  const names: string[] = [];
  for (const { var: name, validate } of form.fields) {
    if (name === undefined || validate?.method !== 'regex') continue;
    if (regex === 'ignore' || !compile(validate.regex?.pattern ?? '')) names.push(name);
  }
  return names;
}

function problemsIn(form: Form, submit: Form, regex: 'ignore' | 'safe'): FormProblem[] {
  const problems: FormProblem[] = [];
  const budget = new Budget();
  for (const field of form.fields) {
    const { var: name, type, validate } = field;
    if (name === undefined || !validate || type === 'fixed' || type === 'hidden') continue;
    const given = submit.field(name)?.values ?? [];
    const problem = given.every((value) => value === '')
      ? undefined
      : faultIn(field, validate, given, { regex, budget });
    if (problem) problems.push({ var: name, problem });
  }
  return problems;
}

function faultIn(
  { type }: FormField,
  validate: Validate,
  given: readonly string[],
  { regex, budget }: { readonly regex: 'ignore' | 'safe'; readonly budget: Budget },
): string | undefined {
  const { method, listRange } = validate;
  if (type === 'list-multi') {
    const { min = 0, max = Number.POSITIVE_INFINITY } = listRange ?? {};
    if (given.length < min) return `has fewer than ${min} values`;
    if (given.length > max) return `has more than ${max} values`;
  }
  // Lines of one text, unless each of them is to be looked at by itself (§3.2.2).
  const values = type === 'text-multi' && method === 'basic' ? [given.join('\n')] : given;
  const datatype = datatypeOf(validate.datatype);
  if (datatype && !values.every(datatype.is)) return `is no ${validate.datatype}`;
  if (method === 'range' && datatype?.order) return outOf(validate, datatype.order, values);
  if (method !== 'regex' || regex === 'ignore') return undefined;
  const pattern = compile(validate.regex?.pattern ?? '');
  return pattern && values.some((value) => pattern.matches(value, budget) === false)
    ? 'is not of the form that is wanted'
    : undefined;
}

function outOf(
  { range, datatype }: Validate,
  order: NonNullable<Datatype['order']>,
  values: readonly string[],
): string | undefined {
  const known = datatypeOf(datatype);
  // A bound that is not of the datatype is none.
  const bound = (text: string | undefined): bigint | number | undefined =>
    text !== undefined && known?.is(text) ? order(text) : undefined;
  const min = bound(range?.min);
  const max = bound(range?.max);
  for (const value of values) {
    const at = order(value);
    if (at === undefined) continue;
    if (min !== undefined && at < min) return 'is too small';
    if (max !== undefined && at > max) return 'is too large';
  }
  return undefined;
}
