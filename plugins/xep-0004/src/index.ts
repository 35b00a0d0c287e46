/** XEP-0004: Data Forms, version 2.13.2. */
export {
  type CheckOptions,
  checkAnswer,
  type FillInOptions,
  type FormAnswers,
  type FormInput,
  type FormValidator,
  fillIn,
  requireAnswer,
} from './answer.js';
export { DataForms } from './data-forms.js';
export { FormAnswerError, type FormProblem } from './errors.js';
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
  clark,
  type FieldPresentation,
  type FormFieldMap,
  type FormPresentation,
  FormType,
  formType,
} from './typed-form.js';
export type { FieldType, TypedValue } from './typed-value.js';
