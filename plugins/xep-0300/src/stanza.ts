import { attr, base64, type Codec, element, ownText } from '@sestina/core';

/** The namespace, which is also the feature. */
export const NS_HASHES = 'urn:xmpp:hashes:2';
/** What the feature of an algorithm begins with; its name follows (XEP-0300 §5). */
export const NS_HASH_NAMES = 'urn:xmpp:hash-function-text-names:';

/** In declarations by this name: with type arguments, as they would be inferred, TypeScript before 5.7 refuses it. */
interface Bytes extends Uint8Array {}

/** Base64 as XEP-0300 §3 asks for it: no white space, and nothing in the bits that fill up. */
const strictBase64: Codec<Bytes> = {
  expects: 'base64 without white space',
  decode: (raw) => {
    const bytes = base64.decode(raw);
    return bytes && base64.encode(bytes) === raw ? bytes : undefined;
  },
  encode: base64.encode,
};

/** `<hash/>`: a hash of something (XEP-0300 §3). */
export class Hash extends element('hash', NS_HASHES, {
  /** The algorithm, by its name at IANA or in XEP-0300: `sha-256`. */
  algo: attr('algo').required(),
  /** The bytes of the hash. Undefined where they are not in base64 as it has to be. */
  value: ownText(strictBase64).lenient(),
}) {}

/** `<hash-used/>`: an algorithm that will be used (XEP-0300 §3). */
export class HashUsed extends element('hash-used', NS_HASHES, {
  /** The algorithm, by its name at IANA or in XEP-0300. */
  algo: attr('algo').required(),
}) {}
