import type { Bytes } from '../bytes.js';
import { utf8 } from '../bytes.js';
import { SaslProtocolError } from '../errors.js';
import { MAX_SALT_BYTES, scramLimits } from '../limits.js';
import { saslprep } from '../saslprep.js';
import type { ScramHash } from './crypto.js';
import { scramCrypto } from './platform-crypto.js';

/** What a server makes of passwords, and with what. */
export interface SaltParameters {
  readonly hash: ScramHash;
  readonly salt: Bytes;
  readonly iterations: number;
}

/**
 * The SaltedPassword of RFC 5802 section 3, by the limits of SCRAM.
 * @throws SaslProtocolError for a salt or iteration count out of bounds; CredentialsError for a password that cannot be one.
 */
export async function saltedPassword(
  password: string,
  { hash, salt, iterations }: SaltParameters,
): Promise<Uint8Array> {
  const { minIterations, maxIterations } = scramLimits();
  if (salt.length < 1 || salt.length > MAX_SALT_BYTES) {
    throw new SaslProtocolError('salt-length', `the salt has ${salt.length} bytes, 1 to ${MAX_SALT_BYTES} are allowed`);
  }
  if (!(iterations >= minIterations)) {
    throw new SaslProtocolError(
      'iterations-too-low',
      `${iterations} iterations, the least allowed is ${minIterations}`,
    );
  }
  if (!(iterations <= maxIterations)) {
    throw new SaslProtocolError(
      'iterations-too-high',
      `${iterations} iterations, the most allowed is ${maxIterations}`,
    );
  }
  const crypto = await scramCrypto();
  return crypto.pbkdf2(hash, utf8(saslprep(password, 'password')), salt, iterations);
}
