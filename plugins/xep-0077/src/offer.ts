import type { XmlElement } from '@sestina/core';
import { checkAnswer, Form, type FormAnswers, fillIn } from '@sestina/xep-0004';
import { RegistrationIncompleteError, RegistrationNotOfferedError, RegistrationRedirectError } from './errors.js';
import { RegisterQuery, type RegistrationField } from './stanza.js';

/** What has to be said to register somewhere. */
export interface RegistrationOffer {
  /** Where. */
  readonly service: string;
  /** What is to be answered: a form, the plain fields, or nothing here, since one registers elsewhere. */
  readonly mode: 'fields' | 'form' | 'redirect';
  /** Whether we are registered there already; an answer changes the registration then. */
  readonly registered: boolean;
  /** For people. */
  readonly instructions: string | undefined;
  readonly form: Form | undefined;
  /** The plain fields that are asked for, with what is kept of us. */
  readonly fields: ReadonlyMap<RegistrationField, string>;
  /** Where one registers otherwise. */
  readonly url: string | undefined;
  /** Whether the form asks for something that only people can see or hear (XEP-0158). */
  readonly captcha: boolean;
  /** Obsolete (§7): goes back with the fields. */
  readonly key: string | undefined;
  /** What else came with it: the images of a CAPTCHA (XEP-0231). */
  readonly attachments: readonly XmlElement[];
  /** Why the answer before was not taken; the form is another one. */
  readonly refused: Error | undefined;
}

/** The answer to a form or to fields, whichever is asked for. */
export interface RegistrationAnswer {
  /** By name. In a form, the fields of these names. */
  readonly fields?: { readonly [K in RegistrationField]?: string | undefined } | undefined;
  /** The form, filled in; or further answers by name. */
  readonly form?: Form | FormAnswers | undefined;
}

const CAPTCHA_FIELDS: ReadonlySet<string> = new Set(['SHA-256', 'audio_recog', 'ocr', 'picture_q', 'qa', 'speech_q']);

export function offerOf(service: string, query: RegisterQuery, refused?: Error): RegistrationOffer {
  const { form, fields, instructions, redirection, registered, attachments } = query.compact();
  return {
    service,
    mode: form ? 'form' : fields.size > 0 || !redirection ? 'fields' : 'redirect',
    registered,
    instructions,
    form,
    fields,
    url: redirection?.url,
    captcha: form !== undefined && isCaptcha(form),
    key: query.key,
    attachments,
    refused,
  };
}

function isCaptcha(form: Form): boolean {
  if (form.formType === 'urn:xmpp:captcha') return true;
  return [...form.fields].some(({ var: name }) => name !== undefined && CAPTCHA_FIELDS.has(name));
}

/** What is sent, and which credentials were chosen with it. */
export interface Submission {
  readonly query: RegisterQuery;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Whether something in it is for nobody else to read. */
  readonly secret: boolean;
}

/**
 * Answers an offer. What is asked for has to be there, and is not empty.
 * @throws RegistrationIncompleteError for what is missing; RegistrationRedirectError, RegistrationNotOfferedError where nothing is asked.
 */
export function answerTo(offer: RegistrationOffer, answer: RegistrationAnswer, domain: string): Submission {
  const { service, form, fields, url, instructions, mode } = offer;
  if (mode === 'redirect') throw new RegistrationRedirectError(service, url, instructions);
  if (form) return formAnswer(service, form, answer, domain);
  if (fields.size === 0) throw new RegistrationNotOfferedError(service);
  const query = new RegisterQuery();
  const missing: string[] = [];
  for (const [name, kept] of fields) {
    const value = plain(name, answer.fields?.[name] ?? (name === 'password' ? undefined : kept), domain);
    if (value) query[name] = value;
    else missing.push(name);
  }
  if (missing.length > 0) throw new RegistrationIncompleteError(service, missing, undefined);
  // Behind the fields, as the schema has it.
  query.key = offer.key;
  return { query, username: query.username, password: query.password, secret: Boolean(query.password) };
}

function formAnswer(service: string, form: Form, answer: RegistrationAnswer, domain: string): Submission {
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(answer.fields ?? {})) {
    const text = plain(name, value, domain);
    if (text !== undefined && form.field(name)) given.set(name, text);
  }
  const submit = answer.form instanceof Form ? answer.form : fillIn(form, [...given, ...pairsOf(answer.form)]);
  const missing = checkAnswer(form, submit).map(({ var: name }) => name);
  if (missing.length > 0) throw new RegistrationIncompleteError(service, missing, form);
  const query = new RegisterQuery();
  query.form = submit;
  const password = submit.field('password')?.value;
  return {
    query,
    username: submit.field('username')?.value,
    password,
    secret: Boolean(password) || hides(form, submit),
  };
}

/** Whether it answers a field whose text is not shown to who types it, whatever its name. */
function hides(form: Form, submit: Form): boolean {
  return [...form.fields].some(
    ({ var: name, type }) => type === 'text-private' && name !== undefined && Boolean(submit.field(name)?.value),
  );
}

function pairsOf(answers: FormAnswers | undefined): Iterable<readonly [string, never]> {
  if (!answers) return [];
  return (Symbol.iterator in answers ? answers : Object.entries(answers)) as Iterable<readonly [string, never]>;
}

/** A user name is the part before the `@`, also for those who give all of it. */
function plain(name: string, value: string | undefined, domain: string): string | undefined {
  return name === 'username' && value?.endsWith(`@${domain}`) ? value.slice(0, -domain.length - 1) : value;
}
