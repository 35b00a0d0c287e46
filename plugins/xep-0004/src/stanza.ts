import {
  attr,
  child,
  childText,
  childTexts,
  type ElementList,
  element,
  extend,
  type Field,
  flag,
  Message,
  oneOf,
  children as repeated,
} from '@sestina/core';
import { checkedForm } from './limits.js';
import { NS_DATA } from './namespace.js';
import { FIELD_TYPES, type TypedValue, typedValue } from './typed-value.js';

/** What a form is for (XEP-0004 §3.1): to be filled in, filled in, given up, or data. */
export type FormKind = 'cancel' | 'form' | 'result' | 'submit';

/** `<option/>`: one of the choices of a list. */
export class FormOption extends element('option', NS_DATA, {
  /** For people; where there is none show the value. */
  label: attr('label'),
  value: childText('value').required(),
}) {}

/** `<field/>`: a question, an answer, or both. */
export class FormField extends element('field', NS_DATA, {
  /** Its name; only a `fixed` field may have none. */
  var: attr('var'),
  /** A type that is missing or unknown counts as `text-single`. */
  type: attr('type', oneOf(...FIELD_TYPES))
    .lenient()
    .default('text-single'),
  /** For people. */
  label: attr('label'),
  /** Explains it, for people. */
  desc: childText('desc'),
  /** Whether it has to be answered. */
  required: flag('required'),
  values: childTexts('value'),
  options: repeated(FormOption),
}) {
  /** The first value. */
  get value(): string | undefined {
    return this.xml.child('value')?.text;
  }

  /** The values as what the field's type makes of them. What is not of that type is in `malformed`. */
  get typed(): TypedValue {
    return typedValue(this);
  }
}

/** `<reported/>`: the columns of a table of results (XEP-0004 §3.4). */
export class Reported extends element('reported', NS_DATA, { fields: repeated(FormField) }) {}

/** `<item/>`: a row of a table of results. */
export class FormItem extends element('item', NS_DATA, { fields: repeated(FormField) }) {
  /** The field of that name. */
  field(name: string): FormField | undefined {
    return fieldNamed(this.fields, name);
  }
}

/** The fields of a form, refused where there are more than anybody could mean. */
function checked<T, In>(field: Field<T, In> & { readonly readOnly?: boolean }): Field<T, In> {
  return {
    get: (xml) => field.get(checkedForm(xml)),
    set: (xml, value) => field.set(xml, value),
  };
}

/**
 * `<x/>`: a form as it is on the wire, for showing to people, who see every field. Code that knows the fields beforehand uses
 * `formType()`.
 *
 * Reading its fields throws a `StanzaValueError` where there are more than 1,000, or 10,000 values.
 */
export class Form extends element('x', NS_DATA, {
  type: attr('type', oneOf('form', 'submit', 'cancel', 'result')).required(),
  title: childText('title'),
  /** One paragraph each. */
  instructions: childTexts('instructions'),
  fields: { ...checked(repeated(FormField)), readOnly: true },
  /** The columns, where it is a table. */
  reported: checked(child(Reported)),
  /** The rows, where it is a table. */
  items: { ...checked(repeated(FormItem)), readOnly: true },
}) {
  /** The field of that name; of several the first. */
  field(name: string): FormField | undefined {
    return fieldNamed(this.fields, name);
  }

  /**
   * What the form is about (XEP-0068). Except in a submission only a hidden field says so; anything else of that name is a
   * field like any other.
   */
  get formType(): string | undefined {
    const field = this.field('FORM_TYPE');
    if (!field) return undefined;
    const isHidden = field.type === 'hidden';
    const mayBeBare = this.xml.attribute('type') === 'submit' && field.xml.attribute('type') === undefined;
    return isHidden || mayBeBare ? field.value : undefined;
  }

  /** Whether both have the same fields with the same values, in whatever order. Titles, labels and types do not matter. */
  equals(other: Form): boolean {
    return meaningOf(this) === meaningOf(other);
  }

  /** The answer that says no: a form of type `cancel`. */
  cancel(): Form {
    return new Form({ type: 'cancel' });
  }
}

function meaningOf({ fields }: Form): string {
  const answers = [...fields].map(({ var: name, values }) => JSON.stringify([name ?? null, ...[...values].sort()]));
  return JSON.stringify([...new Set(answers)].sort());
}

function fieldNamed(fields: ElementList<FormField>, name: string): FormField | undefined {
  for (const field of fields) if (field.var === name) return field;
  return undefined;
}

declare module '@sestina/core' {
  interface Message {
    /** The form that it carries (XEP-0004); of several the first. */
    form: Form | undefined;
  }
}

extend(Message, { form: child(Form) }, NS_DATA);
