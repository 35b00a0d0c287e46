import { loaded } from '../loaded.js';
import type { ScramCrypto } from './crypto.js';

const hashBits = { 'SHA-1': 160, 'SHA-256': 256, 'SHA-512': 512 } as const;

// @types/node has no global name for it.
type Subtle = typeof globalThis.crypto.subtle;

/** The platform's WebCrypto; where it is missing (a page without https, React Native) one in JavaScript, loaded then. */
export async function scramCrypto(subtle: Subtle | undefined = globalThis.crypto?.subtle): Promise<ScramCrypto> {
  if (subtle !== undefined) return webCrypto(subtle);
  const { javascriptCrypto } = await loaded(import('./javascript-crypto.js'));
  return javascriptCrypto;
}

function webCrypto(subtle: Subtle): ScramCrypto {
  return {
    async digest(hash, data) {
      return new Uint8Array(await subtle.digest(hash, data));
    },
    async hmac(hash, key, data) {
      const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign']);
      return new Uint8Array(await subtle.sign('HMAC', imported, data));
    },
    async pbkdf2(hash, password, salt, iterations) {
      const imported = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
      return new Uint8Array(
        await subtle.deriveBits({ name: 'PBKDF2', hash, salt, iterations }, imported, hashBits[hash]),
      );
    },
  };
}
