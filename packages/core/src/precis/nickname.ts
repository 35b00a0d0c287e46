import { checkFreeform, checkInputLength, stabilise, toLower } from './precis.js';
import { type Fail, PrecisError } from './precis-error.js';

/**
 * The form of a nickname that is shown and sent: the Nickname profile of RFC 8266 §2.3. The case is kept.
 * @throws PrecisError where the nickname is not allowed, or has more than 4096 UTF-16 units.
 */
export function enforceNickname(text: string): string {
  return prepare(text, (value) => spaces(value).normalize('NFKC'));
}

/**
 * The form of a nickname that stands for it in a map or an index (RFC 8266 §2.4): nicknames that are the same to the
 * reader have the same. Not for display.
 * @throws PrecisError where the nickname is not allowed, or has more than 4096 UTF-16 units.
 */
export function nicknameForComparison(text: string): string {
  return prepare(text, (value) => toLower(spaces(value)).normalize('NFKC'));
}

/** Whether two nicknames are the same by RFC 8266 §2.4. One that is not allowed equals none, not even itself. */
export function compareNicknames(a: string, b: string): boolean {
  try {
    return nicknameForComparison(a) === nicknameForComparison(b);
  } catch (error) {
    if (error instanceof PrecisError) return false;
    throw error;
  }
}

function prepare(text: string, rules: (text: string) => string): string {
  const fail: Fail = (reason) => {
    throw new PrecisError('Nickname', reason);
  };
  checkInputLength(text, fail);
  const result = stabilise(text, rules, fail);
  checkFreeform(result, fail);
  return result;
}

function spaces(text: string): string {
  return text.replace(/\p{Zs}+/gu, ' ').replace(/^ | $/g, '');
}
