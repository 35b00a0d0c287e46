/** XEP-0300: Use of Cryptographic Hash Functions in XMPP, version 1.0.0, with the recommendations of XEP-0414, version 0.4.0. */

export {
  acceptable,
  algorithmOf,
  type Digest,
  type DigestProvider,
  recommended,
  sha2,
  strongest,
} from './algorithms.js';
export { HashCheck, type HashVerdict, type VerifyOptions } from './check.js';
export { cidOf, hashOfCid } from './cid.js';
export { base64Of, fromNi, hexOf, toNi } from './forms.js';
export { Hashes, HashesOptions, type HashOptions, UnsupportedHashError } from './hashes.js';
export { Hash, HashUsed, NS_HASH_NAMES, NS_HASHES } from './stanza.js';
