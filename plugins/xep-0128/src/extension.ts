import type { Fields } from '@sestina/core';
import type { FormFieldMap, FormType } from '@sestina/xep-0004';
import type { DiscoInfo } from '@sestina/xep-0030';

/**
 * The further data of that FORM_TYPE in an answer, typed; undefined where there is none. Each value is decoded when it is
 * read, and that throws a `StanzaValueError` where it is malformed.
 */
export function extension<F extends FormFieldMap>(
  info: DiscoInfo | undefined,
  type: FormType<F>,
): Fields<F> | undefined {
  return type.tryOf(info?.form(type.type));
}
