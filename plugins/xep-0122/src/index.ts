/** XEP-0122: Data Forms Validation, version 1.0.2. */
export { withDatatype, withListRange, withOpen, withRange, withRegex } from './builders.js';
export { FormValidation } from './form-validation.js';
export { Basic, ListRange, NS_VALIDATE, Open, Range, Regex, Validate, type ValidationMethod } from './stanza.js';
export { unchecked, type ValidationOptions, validated, validator } from './validate.js';
