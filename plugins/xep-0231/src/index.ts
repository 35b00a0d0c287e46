/** XEP-0231: Bits of Binary, version 1.1. */
export {
  BitsOfBinary,
  BitsOfBinaryOptions,
  type FoundBits,
  type OfferedBits,
  type OfferOptions,
} from './bits-of-binary.js';
export { BitsMismatchError, BitsTooLargeError } from './errors.js';
export { safeType } from './safe-type.js';
export { BitsData, NS_BOB } from './stanza.js';
