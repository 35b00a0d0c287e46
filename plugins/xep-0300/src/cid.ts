import { algorithmOf, lengthOf } from './algorithms.js';
import { bytesOfHex, hexOf } from './forms.js';
import { Hash } from './stanza.js';

const HOST = '@bob.xmpp.org';

/** The content id of what has this hash (XEP-0231 §2): `sha1+…@bob.xmpp.org`. */
export function cidOf(hash: Hash): string {
  // The one name that XEP-0231 writes in its own way.
  return `${hash.algo === 'sha-1' ? 'sha1' : hash.algo}+${hexOf(hash)}${HOST}`;
}

/** The hash in a content id; undefined where there is none that is known and whole. */
export function hashOfCid(cid: string): Hash | undefined {
  const [, name = '', hex = ''] = /^([a-z\d-]{1,20})\+([\da-f]{1,128})@bob\.xmpp\.org$/i.exec(cid) ?? [];
  const algo = algorithmOf(name.toLowerCase() === 'sha1' ? 'sha-1' : name);
  const value = bytesOfHex(hex);
  return algo !== undefined && value?.length === lengthOf(algo) ? new Hash({ algo, value }) : undefined;
}
