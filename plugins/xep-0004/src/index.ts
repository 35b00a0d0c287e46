/** XEP-0004: Data Forms, version 2.13.2. */
export {
  checkAnswer,
  type FillInOptions,
  type FormAnswers,
  type FormInput,
  type FormProblem,
  fillIn,
  requireAnswer,
} from './answer.js';
export { DataForms } from './data-forms.js';
export { MAX_FORM_FIELDS, MAX_FORM_VALUES } from './limits.js';
export { NS_DATA } from './namespace.js';
export { Form, FormField, FormItem, type FormKind, FormOption, Reported } from './stanza.js';
export {
  block,
  choice,
  choices,
  type FormFieldDefinition,
  type FormFieldSpec,
  jids,
  multi,
  RequiredSingleField,
  SingleField,
  single,
  toggle,
} from './typed-field.js';
export {
  type FieldPresentation,
  type FormFieldMap,
  type FormPresentation,
  FormType,
  formType,
} from './typed-form.js';
export type { FieldType, TypedValue } from './typed-value.js';
