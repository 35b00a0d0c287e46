import { followsBidiRule, hasRightToLeft } from '../precis/bidi.js';
import { followsContextRules } from '../precis/context-rules.js';
import { hasExcludedCharacter, mapWidth, toLower } from '../precis/precis.js';
import { normaliseIpLiteral } from './ip-literal.js';
import { punycodeDecode, punycodeEncode } from './punycode.js';

const MAX_LABEL = 63;

// LDH, LetterDigits and the PVALID or contextual ones of Exceptions (RFC 5892 §3).
const notLabel = () =>
  /[^a-z\d\-\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Nd}\p{Mn}\p{Mc}\xB7\u0375\u05F3\u05F4\u06FD\u06FE\u0F0B\u3007\u30FB\u200C\u200D]/u;

// Unstable, less the exceptions that are PVALID or contextual, and IgnorableBlocks.
const unstable = () => /(?![\xDF\u03C2\u200C\u200D])\p{CWKCF}|[\u20D0-\u20FF\u{1D100}-\u{1D24F}]/u;

export type DomainFault = 'label' | 'address' | 'direction' | 'empty';

/**
 * The domainpart in the form that is compared: U-labels, lowercase, composed, without the final dot (RFC 7622 §3.2).
 * Input is mapped as in RFC 5895. The caller has bounded its length and looks at the bytes of the result.
 */
export function prepareDomain(text: string, fail: (fault: DomainFault) => never): string {
  // Most names; one that short has no label that is too long.
  if (text.length <= MAX_LABEL && /^[a-z\d]+(?:[.-][a-z\d]+)*$/.test(text)) return text;
  const domain = text.endsWith('.') ? text.slice(0, -1) : text;
  if (domain === '') return fail('empty');
  if (domain.startsWith('[')) return normaliseIpLiteral(domain) ?? fail('address');
  const labels = mapForLookup(domain)
    .split('.')
    .map((label) => prepareLabel(label) ?? fail('label'));
  if (labels.some(hasRightToLeft) && !labels.every(followsBidiRule)) return fail('direction');
  return labels.join('.');
}

/** A prepared domainpart with A-labels in place of its U-labels. */
export function toAsciiDomain(domain: string): string {
  return domain
    .split('.')
    .map((label) => (isAscii(label) ? label : `xn--${punycodeEncode(label)}`))
    .join('.');
}

export function isAscii(text: string): boolean {
  return !/[^!-~]/.test(text);
}

// RFC 5895 §2. Cherokee is left alone: there the capitals are PVALID and the small letters are not.
function mapForLookup(text: string): string {
  return mapWidth(text)
    .replace(/\P{sc=Cher}+/gu, toLower)
    .normalize('NFC')
    .replaceAll('\u3002', '.');
}

function prepareLabel(label: string): string | undefined {
  if (label.length > MAX_LABEL) return undefined;
  if (isAscii(label) && !label.startsWith('xn--')) {
    return /^(?!..--)[a-z\d](?:[a-z\d-]*[a-z\d])?$/.test(label) ? label : undefined;
  }
  if (!isAscii(label)) return isULabel(label) ? label : undefined;
  // An A-label stands for exactly one U-label, which is not mapped any further (RFC 5891 §5.3).
  const decoded = punycodeDecode(label.slice(4));
  const valid = decoded !== undefined && !isAscii(decoded) && mapForLookup(decoded) === decoded && isULabel(decoded);
  return valid && `xn--${punycodeEncode(decoded)}` === label ? decoded : undefined;
}

// RFC 5891 §4.2 and §5.4, but for the Bidi Rule, which takes the whole name.
function isULabel(label: string): boolean {
  return (
    !/^-|^..--|-$|^\p{M}/u.test(label) &&
    !notLabel().test(label) &&
    !unstable().test(label) &&
    !hasExcludedCharacter(label) &&
    followsContextRules(label) &&
    punycodeEncode(label).length + 4 <= MAX_LABEL
  );
}
