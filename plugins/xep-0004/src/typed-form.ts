import { type FieldMap, type Fields, type Init, StanzaValueError, type XmlElement } from '@sestina/core';
import { Form, FormField, FormOption } from './stanza.js';
import type { FormFieldDefinition } from './typed-field.js';
import type { FieldType } from './typed-value.js';

/** Fields of a typed form, by property name. */
export type FormFieldMap = Readonly<Record<string, FormFieldDefinition<unknown, never>>>;

/** How a field is shown in a form that people fill in. */
export interface FieldPresentation {
  readonly label?: string | undefined;
  readonly desc?: string | undefined;
  readonly required?: boolean | undefined;
  /** Overrides the type that the definition has. */
  readonly type?: FieldType | undefined;
  /** Labels of the choices, by value; further values become choices too. */
  readonly options?: Readonly<Record<string, string>> | undefined;
}

/** What a form that people fill in says beside its values. */
export interface FormPresentation<F extends FormFieldMap> {
  readonly title?: string | undefined;
  readonly instructions?: readonly string[] | string | undefined;
  readonly fields?: { readonly [K in keyof F]?: FieldPresentation };
}

/** The fields of one FORM_TYPE (XEP-0068), for code that reads and fills in such forms by itself. */
export class FormType<F extends FormFieldMap> {
  constructor(
    /** The FORM_TYPE. */
    readonly type: string,
    readonly fields: F,
  ) {}

  /**
   * The values of a form, live: each is decoded when it is read, and what is written goes to the XML.
   * @throws StanzaValueError where the form has another FORM_TYPE or none.
   */
  of(form: Form): Fields<F> {
    const { formType } = form;
    if (formType !== this.type) throw new StanzaValueError(form.xml, 'field "FORM_TYPE"', formType, this.type);
    return bind(form.xml, this.fields);
  }

  /** The same; undefined for a form with another FORM_TYPE, or for no form. */
  tryOf(form: Form | undefined): Fields<F> | undefined {
    return form?.formType === this.type ? bind(form.xml, this.fields) : undefined;
  }

  /**
   * The rows of a table of results, each live and typed as the form itself would be. A table without `<reported/>` is read by the
   * fields of its rows. Nothing is decoded before it is read.
   */
  rows(form: Form): Fields<F>[] {
    return [...form.items].map(({ xml }) => bind(xml, this.fields));
  }

  /** A submission with these values; what is left out stays as it is on the other side. */
  submit(values: Init<F> = {} as Init<F>): Form {
    return this.#make('submit', values);
  }

  /** A form of type `result`: data for whoever reads it, as in service discovery (XEP-0128). */
  result(values: Init<F> = {} as Init<F>): Form {
    return this.#make('result', values);
  }

  /** A form to be filled in: every field, with these suggested values. */
  form(values: Partial<Init<F>> = {}, presentation: FormPresentation<F> = {}): Form {
    const form = new Form({ type: 'form' });
    const { title, instructions } = presentation;
    if (title !== undefined) form.title = title;
    if (instructions !== undefined)
      form.instructions = typeof instructions === 'string' ? [instructions] : instructions;
    this.#mark(form);
    for (const [name, { spec }] of Object.entries(this.fields)) {
      form.fields.add(emptyField(spec.var, spec.type, spec.choices, presentation.fields?.[name] ?? {}));
    }
    assign(form, this.fields, values);
    return form;
  }

  #make(type: 'result' | 'submit', values: Init<F>): Form {
    const form = new Form({ type });
    this.#mark(form);
    assign(form, this.fields, values);
    return form;
  }

  #mark(form: Form): void {
    form.fields.add(new FormField({ var: 'FORM_TYPE', type: 'hidden', values: [this.type] }));
  }
}

/**
 * Names the fields of one FORM_TYPE: `formType('urn:example:room', { name: single('room#name'), open: toggle('room#open') })`.
 */
export function formType<const F extends FormFieldMap>(type: string, fields: F): FormType<F> {
  return new FormType(type, fields);
}

/** The name of a field that is not of the form's own FORM_TYPE (XEP-0068 §3.4): `{urn:example:more}name`. */
export function clark(namespace: string, name: string): string {
  return `{${namespace}}${name}`;
}

function emptyField(
  name: string,
  type: FieldType,
  choices: readonly string[] = [],
  { options = {}, ...shown }: FieldPresentation,
): FormField {
  const field = new FormField({ var: name, type: shown.type ?? type, label: shown.label, desc: shown.desc });
  if (shown.required) field.required = true;
  const labels = new Map(Object.entries(options));
  for (const value of new Set([...choices, ...labels.keys()])) {
    field.options.add(new FormOption({ label: labels.get(value), value }));
  }
  return field;
}

function assign(form: Form, fields: FieldMap, values: object): void {
  const target = bind(form.xml, fields) as Record<string, unknown>;
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(fields, name)) throw new TypeError(`this form has no field "${name}"`);
    if (value !== undefined) target[name] = value;
  }
}

function bind<F extends FieldMap>(xml: XmlElement, fields: F): Fields<F> {
  const target = {};
  for (const [name, field] of Object.entries(fields)) {
    Object.defineProperty(target, name, {
      enumerable: true,
      get: () => field.get(xml),
      set: (value: never) => field.set(xml, value),
    });
  }
  return target as Fields<F>;
}
