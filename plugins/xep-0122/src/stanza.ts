import { attr, child, element, extend, int, ownText } from '@sestina/core';
import { FormField } from '@sestina/xep-0004';

export const NS_VALIDATE = 'http://jabber.org/protocol/xdata-validate';

/** `<basic/>`: a value is of the datatype, and of the field's type. */
export class Basic extends element('basic', NS_VALIDATE) {}
/** `<open/>`: a value need not be among the options. */
export class Open extends element('open', NS_VALIDATE) {}
/** `<range/>`: a value is not below `min`, and not above `max`. */
export class Range extends element('range', NS_VALIDATE, { min: attr('min'), max: attr('max') }) {}
/** `<regex/>`: a value is what a POSIX extended regular expression describes. */
export class Regex extends element('regex', NS_VALIDATE, { pattern: ownText() }) {}
/** `<list-range/>`: how many values of a `list-multi` there may be. */
export class ListRange extends element('list-range', NS_VALIDATE, {
  min: attr('min', int(0)).lenient(),
  max: attr('max', int(0)).lenient(),
}) {}

/** How a value is looked at. */
export type ValidationMethod = 'basic' | 'open' | 'range' | 'regex';

/** `<validate/>`: what the values of a field have to be like. */
export class Validate extends element('validate', NS_VALIDATE, {
  /** `xs:dateTime`, `xs:integer`, … One that is unknown counts as `xs:string`. */
  datatype: attr('datatype').default('xs:string'),
  basic: child(Basic),
  open: child(Open),
  range: child(Range),
  regex: child(Regex),
  listRange: child(ListRange),
}) {
  /** The first that is known; without one, `basic` (§3.2). */
  get method(): ValidationMethod {
    for (const { name, namespace } of this.xml.elements()) {
      if (namespace !== NS_VALIDATE) continue;
      if (name === 'open' || name === 'range' || name === 'regex') return name;
    }
    return 'basic';
  }
}

declare module '@sestina/xep-0004' {
  interface FormField {
    /** What its values have to be like (XEP-0122). */
    validate: Validate | undefined;
  }
}

extend(FormField, { validate: child(Validate) }, NS_VALIDATE);
