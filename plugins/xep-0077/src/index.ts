/** XEP-0077: In-Band Registration, version 2.4. */
export {
  RegistrationIncompleteError,
  RegistrationNotOfferedError,
  RegistrationPlaintextError,
  RegistrationRedirectError,
  UsernameTakenError,
} from './errors.js';
export {
  InBandRegistration,
  type RegistrationFormOptions,
  type RegistrationRequestOptions,
} from './in-band-registration.js';
export type { RegistrationAnswer, RegistrationOffer } from './offer.js';
export { InBandRegistrationOptions, type Register } from './options.js';
export type { RegistrationInfo, RegistrationProvider, RegistrationSubmission, ServeOptions } from './service.js';
export {
  NS_REGISTER,
  NS_REGISTER_FEATURE,
  REGISTRATION_FIELDS,
  RegisterFeature,
  RegisterQuery,
  type RegistrationField,
} from './stanza.js';
