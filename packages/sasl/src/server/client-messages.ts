import { fromBase64 } from '../bytes.js';
import { unescapeSaslName } from '../credentials.js';
import { inOrder, isPrintable, malformed, messageText, parseAttributes } from '../scram/attributes.js';

/** `client-first-message` of RFC 5802 section 7. */
export interface ClientFirst {
  readonly gs2Header: string;
  readonly bare: string;
  /** `n`, `y`, or the channel binding type. */
  readonly flag: 'n' | 'y' | { readonly type: string };
  readonly authzid: string | undefined;
  readonly username: string;
  readonly nonce: string;
}

export function parseClientFirst(message: Uint8Array): ClientFirst {
  const text = messageText(message);
  const afterFlag = text.indexOf(',');
  const afterHeader = text.indexOf(',', afterFlag + 1);
  if (afterFlag < 0 || afterHeader < 0) malformed('there is no GS2 header');
  const flagText = text.slice(0, afterFlag);
  const authzText = text.slice(afterFlag + 1, afterHeader);
  const bare = text.slice(afterHeader + 1);
  const { n, r } = inOrder(parseAttributes(bare), 'n', 'r');
  if (authzText !== '' && !authzText.startsWith('a=')) malformed('there is no authzid where it has to be');
  if (!isPrintable(r)) malformed('the nonce is not printable ASCII');
  return {
    gs2Header: text.slice(0, afterHeader + 1),
    bare,
    flag: parseFlag(flagText),
    authzid: authzText === '' ? undefined : (unescapeSaslName(authzText.slice(2)) ?? malformed('bad authzid')),
    username: unescapeSaslName(n) ?? malformed('bad user name'),
    nonce: r,
  };
}

/** `client-final-message`. */
export function parseClientFinal(message: Uint8Array): {
  withoutProof: string;
  bindingInput: Uint8Array;
  nonce: string;
  proof: Uint8Array;
} {
  const text = messageText(message);
  const attributes = parseAttributes(text);
  const last = attributes.at(-1);
  if (last?.name !== 'p') malformed('the proof is not at the end');
  const { c, r } = inOrder(attributes.slice(0, -1), 'c', 'r');
  return {
    withoutProof: text.slice(0, text.lastIndexOf(',')),
    bindingInput: fromBase64(c) ?? malformed('the channel binding is not base64'),
    nonce: r,
    proof: fromBase64(last?.value ?? '') ?? malformed('the proof is not base64'),
  };
}

function parseFlag(text: string): ClientFirst['flag'] {
  if (text === 'n' || text === 'y') return text;
  const type = text.slice(2);
  if (!text.startsWith('p=') || type === '' || /[^A-Za-z0-9.-]/.test(type)) malformed('bad channel binding flag');
  return { type };
}
