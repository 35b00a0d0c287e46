import { checkInputLength, opaqueString, usernameCaseMapped } from './precis.js';
import { type Fail, PrecisError } from './precis-error.js';

/**
 * The form of a username that is stored and compared: UsernameCaseMapped of RFC 8265 §3.3. It is wider than the
 * localpart of a JID, which excludes some ASCII characters more.
 * @throws PrecisError where the username is not allowed, or has more than 4096 UTF-16 units.
 */
export function enforceUsername(text: string): string {
  const fail: Fail = (reason) => {
    throw new PrecisError('UsernameCaseMapped', reason);
  };
  checkInputLength(text, fail);
  return usernameCaseMapped(text, fail);
}

/**
 * The form of a password that is stored and compared: OpaqueString of RFC 8265 §4.2.
 * @throws PrecisError where the password is not allowed, or has more than 4096 UTF-16 units.
 */
export function enforceOpaqueString(text: string): string {
  const fail: Fail = (reason) => {
    throw new PrecisError('OpaqueString', reason);
  };
  checkInputLength(text, fail);
  return opaqueString(text, fail);
}
