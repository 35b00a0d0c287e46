import { ConfigError } from '@sestina/core';
import type { RegistrationAnswer, RegistrationOffer } from './offer.js';

/** Answers what the server asks for; undefined registers nobody. */
export type Register = (
  offer: RegistrationOffer,
) => Promise<RegistrationAnswer | undefined> | RegistrationAnswer | undefined;

/** Options of `InBandRegistration`. */
export class InBandRegistrationOptions {
  /**
   * Registers an account before the login, once: the session then begins with the password that was chosen here. For clients.
   * @default nobody is registered
   */
  register: Register | undefined = undefined;
  /**
   * Whether registering is all: `connect()` then rejects with a `NoSessionError`, after the event `registered`.
   * @default false
   */
  thenDisconnect = false;
  /**
   * Whether a server is asked that does not say that one can register.
   * @default false
   */
  probe = false;
  /**
   * Whether a password may be sent without TLS, or to a server whose certificate was not checked.
   * @default false
   */
  allowPlaintext = false;
  /**
   * How often in an hour one account may change something at what is served here.
   * @default 10
   */
  attemptsPerAccount = 10;
  /**
   * How often in an hour the accounts of one domain may.
   * @default 100
   */
  attemptsPerDomain = 100;
}

/** @throws ConfigError that names the one that cannot be meant. */
export function checkOptions(options: InBandRegistrationOptions): void {
  const { register } = options;
  if (register !== undefined && typeof register !== 'function')
    throw new ConfigError('register is a function that answers an offer', 'register');
  for (const name of ['thenDisconnect', 'probe', 'allowPlaintext'] as const) {
    if (typeof options[name] !== 'boolean')
      throw new ConfigError(`${name} is true or false, got ${options[name]}`, name);
  }
  for (const name of ['attemptsPerAccount', 'attemptsPerDomain'] as const) {
    const value = options[name];
    if (!(Number.isSafeInteger(value) && value > 0))
      throw new ConfigError(`${name} is a positive whole number, got ${value}`, name);
  }
}
