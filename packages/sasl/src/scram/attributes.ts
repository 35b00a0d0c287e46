import { fromUtf8 } from '../bytes.js';
import { SaslProtocolError } from '../errors.js';
import { MAX_MESSAGE_BYTES } from '../limits.js';

/** One `attr-val` of RFC 5802 section 7. */
export interface ScramAttribute {
  readonly name: string;
  readonly value: string;
}

/** The text of a message that is short enough to be looked at. */
export function messageText(message: Uint8Array): string {
  if (message.length > MAX_MESSAGE_BYTES) {
    throw new SaslProtocolError('message-too-long', `${message.length} bytes, the limit is ${MAX_MESSAGE_BYTES}`);
  }
  return fromUtf8(message) ?? malformed('the message is not UTF-8');
}

/** Splits a message at its commas in one pass. Throws at the first part that is not `letter=value`. */
export function parseAttributes(text: string): ScramAttribute[] {
  const attributes: ScramAttribute[] = [];
  for (let start = 0; start <= text.length; ) {
    const comma = text.indexOf(',', start);
    const end = comma < 0 ? text.length : comma;
    if (end - start < 3 || text.charAt(start + 1) !== '=' || !isLetter(text.charCodeAt(start))) {
      malformed('a part of the message is not letter=value');
    }
    const value = text.slice(start + 2, end);
    if (value.includes('\0')) malformed('a value contains U+0000');
    attributes.push({ name: text.charAt(start), value });
    start = end + 1;
  }
  return attributes;
}

/** The attributes as a map of those given in this fixed order and, behind them, of the extensions. */
export function inOrder<N extends string>(
  attributes: readonly ScramAttribute[],
  ...names: N[]
): Record<N, string> & {
  extensions: ReadonlyMap<string, string>;
} {
  if (attributes.some(({ name }) => name === 'm')) {
    throw new SaslProtocolError('mandatory-extension', 'the message requires an extension, and there is none yet');
  }
  const found: Record<string, string> = {};
  names.forEach((name, index) => {
    const attribute = attributes[index];
    if (attribute?.name !== name) malformed(`${name}= is not where it has to be`);
    else found[name] = attribute.value;
  });
  const extensions = new Map<string, string>();
  for (const { name, value } of attributes.slice(names.length)) {
    if (extensions.has(name) || name in found) malformed(`${name}= is there twice`);
    extensions.set(name, value);
  }
  return { ...(found as Record<N, string>), extensions };
}

/** `printable` of RFC 5802: what a nonce is made of. */
export function isPrintable(text: string): boolean {
  return !/[^\x21-\x2b\x2d-\x7e]/.test(text);
}

export function malformed(why: string): never {
  throw new SaslProtocolError('malformed', why);
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
