import { type Bytes, utf8, xor } from '../bytes.js';
import type { ScramCrypto, ScramHash } from './crypto.js';

/** What the password is needed for. Whoever has both can log in as the user and pass for the server. */
export interface ScramKeys {
  readonly clientKey: Bytes;
  readonly serverKey: Bytes;
}

/** RFC 5802 section 3, up to the keys. `password` is prepared. */
export async function deriveKeys(
  crypto: ScramCrypto,
  hash: ScramHash,
  password: string,
  salt: Bytes,
  iterations: number,
): Promise<ScramKeys> {
  const saltedPassword = await crypto.pbkdf2(hash, utf8(password), salt, iterations);
  return {
    clientKey: await crypto.hmac(hash, saltedPassword, utf8('Client Key')),
    serverKey: await crypto.hmac(hash, saltedPassword, utf8('Server Key')),
  };
}

/** RFC 5802 section 3, from the keys: what the client and what the server has to show for this one exchange. */
export async function sign(
  crypto: ScramCrypto,
  hash: ScramHash,
  { clientKey, serverKey }: ScramKeys,
  authMessage: string,
): Promise<{ proof: Uint8Array; serverSignature: Uint8Array }> {
  const message = utf8(authMessage);
  const storedKey = await crypto.digest(hash, clientKey);
  return {
    proof: xor(clientKey, await crypto.hmac(hash, storedKey, message)),
    serverSignature: await crypto.hmac(hash, serverKey, message),
  };
}
