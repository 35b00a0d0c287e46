import { StanzaValueError, type XmlElement } from '@sestina/core';
import { NS_DATA } from './namespace.js';

/** Fields of a form, of its columns, or of one row. */
export const MAX_FORM_FIELDS = 1_000;

/** Values in all of a form. */
export const MAX_FORM_VALUES = 10_000;

/**
 * The element itself.
 * @throws StanzaValueError where it holds more than the limits allow. In an iq handler that becomes `bad-request`.
 */
export function checkedForm(form: XmlElement): XmlElement {
  let values = 0;
  const look = (owner: XmlElement): void => {
    let fields = 0;
    for (const child of owner.elements()) {
      if (child.namespace !== NS_DATA) continue;
      if (child.name === 'field') {
        fields += 1;
        for (const inner of child.elements()) if (inner.name === 'value') values += 1;
      } else if (owner === form && (child.name === 'item' || child.name === 'reported')) {
        look(child);
      }
    }
    if (fields > MAX_FORM_FIELDS) exceeded(form, '<field/>', MAX_FORM_FIELDS, fields);
  };
  look(form);
  if (values > MAX_FORM_VALUES) exceeded(form, '<value/>', MAX_FORM_VALUES, values);
  return form;
}

function exceeded(form: XmlElement, where: string, limit: number, count: number): never {
  throw new StanzaValueError(form, where, String(count), `at most ${limit} of them`);
}
