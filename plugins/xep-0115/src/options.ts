import type { CapsHash } from './verification-string.js';

/** Options of `EntityCapabilities`. */
export class EntityCapabilitiesOptions {
  /**
   * A URI that names this software, best that of its home page.
   * @default Sestina's page at npm
   */
  node = 'urn:x-sestina:caps';
  /**
   * The hash function of our verification string. Not everybody knows another one than `sha-1`.
   * @default 'sha-1'
   */
  hash: CapsHash = 'sha-1';
  /**
   * Whether our presence says what we can do. Those who see it know the software that is used, which they could also find
   * out by asking (XEP-0115 §9.4).
   * @default true
   */
  broadcast = true;
}
