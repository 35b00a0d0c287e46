import { SaslLoginError } from './login/login-error.js';

/**
 * A part of this package that is loaded when somebody needs it.
 * @throws SaslLoginError with `temporary-auth-failure` where it does not come: the network is down, or the page was replaced.
 */
export async function loaded<T>(part: Promise<T>): Promise<T> {
  try {
    return await part;
  } catch (cause) {
    throw new SaslLoginError('temporary-auth-failure', undefined, { cause });
  }
}
