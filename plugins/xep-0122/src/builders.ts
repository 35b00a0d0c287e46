import type { FormField } from '@sestina/xep-0004';
import { Basic, ListRange, Open, Range, Regex, Validate } from './stanza.js';

/** Wants values of a datatype: `xs:integer`, `xs:date`, … Gives back the field. */
export function withDatatype(field: FormField, datatype: string): FormField {
  return withMethod(field, datatype, 'basic', new Basic());
}

/** Takes values that are not among the options of a list; of a `text-multi`, looks at each of them by itself. */
export function withOpen(field: FormField, datatype = 'xs:string'): FormField {
  return withMethod(field, datatype, 'open', new Open());
}

/** Wants values between two bounds, which are texts of the datatype; one may be left out. */
export function withRange(field: FormField, datatype: string, { min, max }: { min?: string; max?: string }): FormField {
  return withMethod(field, datatype, 'range', new Range({ min, max }));
}

/** Wants values that a POSIX extended regular expression describes. Not everybody looks at it. */
export function withRegex(field: FormField, pattern: string, datatype = 'xs:string'): FormField {
  return withMethod(field, datatype, 'regex', new Regex({ pattern }));
}

/** Wants so many values of a `list-multi`. */
export function withListRange(field: FormField, { min, max }: { min?: number; max?: number }): FormField {
  const validate = field.validate ?? new Validate({ datatype: 'xs:string', basic: new Basic() });
  validate.listRange = new ListRange({ min, max });
  field.validate = validate;
  return field;
}

function withMethod<K extends 'basic' | 'open' | 'range' | 'regex'>(
  field: FormField,
  datatype: string,
  method: K,
  element: Validate[K],
): FormField {
  const validate = new Validate({ datatype, listRange: field.validate?.listRange });
  validate[method] = element as never;
  field.validate = validate;
  return field;
}
