import { type Bytes, fromBase64 } from '../bytes.js';
import { RefusedError, SaslProtocolError } from '../errors.js';
import { MAX_SALT_BYTES, MAX_SERVER_NONCE, type ScramLimits } from '../limits.js';
import { inOrder, isPrintable, malformed, messageText, parseAttributes } from './attributes.js';

/** `server-first-message` of RFC 5802 section 7. */
export interface ServerFirst {
  readonly text: string;
  readonly nonce: string;
  readonly salt: Bytes;
  readonly iterations: number;
  /** All attributes, extensions among them. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** Parses and checks the first challenge, all of it before anything is computed from the password. */
export function parseServerFirst(message: Uint8Array, clientNonce: string, limits: ScramLimits): ServerFirst {
  const text = messageText(message);
  const attributes = parseAttributes(text);
  if (attributes[0]?.name === 'e') throw new RefusedError(attributes[0].value);
  const { r, s, i, extensions } = inOrder(attributes, 'r', 's', 'i');
  checkNonce(r, clientNonce);
  const salt = fromBase64(s) ?? malformed('the salt is not base64');
  if (salt.length < 1 || salt.length > MAX_SALT_BYTES) {
    throw new SaslProtocolError('salt-length', `the salt has ${salt.length} bytes, 1 to ${MAX_SALT_BYTES} are allowed`);
  }
  const iterations = parseIterations(i, limits);
  return { text, nonce: r, salt, iterations, attributes: new Map([['r', r], ['s', s], ['i', i], ...extensions]) };
}

/** The verifier of `server-final-message`; throws what the server says instead. */
export function parseServerFinal(message: Uint8Array): Uint8Array {
  const attributes = parseAttributes(messageText(message));
  if (attributes[0]?.name === 'e') throw new RefusedError(attributes[0].value);
  return fromBase64(inOrder(attributes, 'v').v) ?? malformed('the server signature is not base64');
}

function checkNonce(nonce: string, clientNonce: string): void {
  if (!nonce.startsWith(clientNonce)) {
    throw new SaslProtocolError('nonce-mismatch', 'the nonce of the server does not start with ours');
  }
  const added = nonce.length - clientNonce.length;
  if (added === 0) throw new SaslProtocolError('nonce-mismatch', 'the server added nothing to our nonce');
  if (added > MAX_SERVER_NONCE) {
    throw new SaslProtocolError(
      'nonce-too-long',
      `the server added ${added} characters, the limit is ${MAX_SERVER_NONCE}`,
    );
  }
  if (!isPrintable(nonce)) malformed('the nonce is not printable ASCII');
}

function parseIterations(digits: string, { minIterations, maxIterations }: ScramLimits): number {
  if (!/^[1-9][0-9]*$/.test(digits)) malformed('the iteration count is not a positive number');
  // So long a text may exceed what a number holds exactly; Infinity is above every limit too.
  const iterations = Number(digits);
  if (iterations < minIterations) {
    throw new SaslProtocolError(
      'iterations-too-low',
      `${iterations} iterations, the least allowed is ${minIterations}`,
    );
  }
  if (iterations > maxIterations) {
    throw new SaslProtocolError(
      'iterations-too-high',
      `${iterations} iterations, the most allowed is ${maxIterations}`,
    );
  }
  return iterations;
}
