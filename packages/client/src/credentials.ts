import type { JID } from '@sestina/core';
import type { SaslCredentials } from '@sestina/sasl';

/**
 * Where the passwords of many accounts come from. Registered in the parent container, it is asked where a client's options
 * have neither `password` nor `credentials`. A class, so that it is its own injection token.
 */
export abstract class Credentials {
  static readonly name: string = 'Credentials';
  /** Asked at each attempt to log in to an account, as the option `credentials` is. */
  abstract of(account: JID, signal: AbortSignal): SaslCredentials | Promise<SaslCredentials>;
}
