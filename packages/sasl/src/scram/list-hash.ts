import { toBase64, utf8 } from '../bytes.js';
import type { ScramCrypto, ScramHash } from './crypto.js';

/** The value of `h=`: a hash over what the server offered (XEP-0474 section 6.1). */
export async function listHash(
  crypto: ScramCrypto,
  hash: ScramHash,
  mechanisms: readonly string[],
  channelBindingTypes: readonly string[] | undefined,
): Promise<string> {
  const lists = channelBindingTypes === undefined ? [mechanisms] : [mechanisms, channelBindingTypes];
  const text = lists.map((names) => [...names].sort().join('\x1e')).join('\x1f');
  return toBase64(await crypto.digest(hash, utf8(text)));
}
