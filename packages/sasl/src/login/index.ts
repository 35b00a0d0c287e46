export type { SaslContext, SaslElement, SaslLink } from './context.js';
export { SaslLogin, type SaslLoginOptions, type SaslSuccess, type SaslWay, type ScramWatch } from './login.js';
export { SaslLoginError, type SaslLoginReason } from './login-error.js';
export type { PinStore } from './pins.js';
export type { PasswordUse, SaslAnswer, SaslProfile } from './profile.js';
