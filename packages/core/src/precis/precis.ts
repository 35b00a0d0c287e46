import { followsBidiRule, hasRightToLeft } from './bidi.js';
import { followsContextRules } from './context-rules.js';
import type { Fail } from './precis-error.js';

// The derived properties of RFC 8264 §8 are put together from the Unicode properties that the engine knows, so they
// follow its version of Unicode and cost no tables. What is unassigned there is disallowed, as the RFC has it. An engine
// takes milliseconds to expand one: none is made before it is needed.

const MAX_INPUT = 4096;

// LetterDigits, ASCII7 and the PVALID or contextual ones of Exceptions.
const notIdentifier = () =>
  /[^!-~\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Nd}\p{Mn}\p{Mc}\xB7\u0375\u05F3\u05F4\u06FD\u06FE\u0F0B\u3007\u30FB\u200C\u200D]/u;

const notFreeform = () => /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\u200C\u200D]/u;

// The DISALLOWED ones of Exceptions, OldHangulJamo, and PrecisIgnorableProperties less the join controls.
const never = () =>
  /[\u0640\u07FA\u302E\u302F\u3031-\u3035\u303B\u1100-\u11FF\uA960-\uA97C\uD7B0-\uD7FB]|(?![\u200C\u200D])\p{DI}/u;

/** Whether RFC 5892 §2.6, §2.9 or RFC 8264 §9.13 rules out a character of the text in every class of strings. */
export function hasExcludedCharacter(text: string): boolean {
  return never().test(text);
}

/** Maps fullwidth and halfwidth characters to their ordinary form. */
export function mapWidth(text: string): string {
  // Without the halfwidth Hangul letters: their decompositions are disallowed everywhere, as they are themselves.
  return text.replace(/[\uFF01-\uFF9F\uFFE0-\uFFEE]+/g, (run) => run.normalize('NFKC'));
}

/** Unicode toLowerCase(), each character by itself. */
export function toLower(text: string): string {
  // JavaScript makes a Σ that ends a word a ς; RFC 7622 §3.5 wants σ wherever it stands.
  return text.replaceAll('Σ', 'σ').toLowerCase();
}

/** Applies rules that need not be idempotent until nothing changes, at most four times (RFC 8264 §7). */
export function stabilise(text: string, rules: (text: string) => string, fail: Fail): string {
  let result = rules(text);
  for (let again = 0; again < 3; again++) {
    const next = rules(result);
    if (next === result) return result;
    result = next;
  }
  return fail('unstable');
}

/** The checks of the FreeformClass (RFC 8264 §4.3). */
export function checkFreeform(text: string, fail: Fail): void {
  if (text === '') fail('empty');
  if (notFreeform().test(text) || never().test(text)) fail('disallowed');
  if (!followsContextRules(text)) fail('context');
}

export function checkInputLength(text: string, fail: Fail): void {
  if (text.length > MAX_INPUT) fail('too-long');
}

// RFC 8265 §3.3.2 would look at the characters before the case is mapped, which would leave the titlecase letters that
// §3.3.1 maps no way in. The order here is that of RFC 8264 §7: the class is looked at last.
export function usernameCaseMapped(text: string, fail: Fail): string {
  if (/^[!-~]+$/.test(text)) return text.toLowerCase();
  const result = stabilise(text, (value) => toLower(mapWidth(value)).normalize('NFC'), fail);
  if (result === '') fail('empty');
  // In a composed string a change under NFKC is a character of HasCompat.
  if (notIdentifier().test(result) || never().test(result) || result.normalize('NFKC') !== result) fail('disallowed');
  if (!followsContextRules(result)) fail('context');
  if (hasRightToLeft(result) && !followsBidiRule(result)) fail('direction');
  return result;
}

export function opaqueString(text: string, fail: Fail): string {
  if (/^[ -~]+$/.test(text)) return text;
  const result = stabilise(text, (value) => value.replace(/\p{Zs}/gu, ' ').normalize('NFC'), fail);
  checkFreeform(result, fail);
  return result;
}
