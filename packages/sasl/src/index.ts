/** SASL (RFC 4422) for clients: mechanisms as pure state machines, and the choice among them. */
export { AnonymousMechanism } from './anonymous.js';
export { builtInMechanisms } from './built-in.js';
export { offersPlus, withoutChannelBinding } from './channel-binding.js';
export { chooseMechanism, type MechanismPolicy } from './choose.js';
export {
  CredentialsError,
  DowngradeError,
  NoMechanismError,
  RefusedError,
  SaslError,
  type SaslProtocolDetail,
  SaslProtocolError,
  ServerAuthenticationError,
} from './errors.js';
export { ExternalMechanism } from './external.js';
export { type HtBinding, HtMechanism } from './ht.js';
export type { ScramLimits } from './limits.js';
export * from './login/index.js';
export {
  type ChannelBindingType,
  MAX_SASL_ROUNDS,
  type SaslCredentials,
  type SaslEnvironment,
  type SaslExchange,
  SaslMechanism,
} from './mechanism.js';
export { OauthBearerMechanism } from './oauthbearer.js';
export { PlainMechanism } from './plain.js';
export { saslprep } from './saslprep.js';
export type { ScramHash } from './scram/crypto.js';
export { ScramKeyCache } from './scram/key-cache.js';
export { ScramMechanism } from './scram/mechanism.js';
export type { SaltParameters } from './scram/salted-password.js';
