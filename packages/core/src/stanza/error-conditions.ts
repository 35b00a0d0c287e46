/** The 22 conditions of RFC 6120 §8.3.3, each with the type that the RFC recommends for it. */
export const STANZA_ERROR_TYPES = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'cancel',
  'unexpected-request': 'wait',
} as const satisfies Record<string, StanzaErrorType>;

/** What is wrong (RFC 6120 §8.3.3). */
export type StanzaErrorCondition = keyof typeof STANZA_ERROR_TYPES;

/** What the sender may do: give up, go on, change the data, log in, or wait (RFC 6120 §8.3.2). */
export type StanzaErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/** Whether it is one of them. */
export const isCondition = (name: string): name is StanzaErrorCondition => Object.hasOwn(STANZA_ERROR_TYPES, name);

interface Meaning {
  readonly condition: StanzaErrorCondition;
  readonly type: StanzaErrorType;
}

const meaning = (condition: StanzaErrorCondition, type: StanzaErrorType): Meaning => ({ condition, type });

/** What the codes of old servers mean, which give no condition (XEP-0086 §3). RFC 6120 has no condition any more for 402. */
const LEGACY: ReadonlyMap<string, Meaning> = new Map([
  ['302', meaning('redirect', 'modify')],
  ['400', meaning('bad-request', 'modify')],
  ['401', meaning('not-authorized', 'auth')],
  ['402', meaning('undefined-condition', 'auth')],
  ['403', meaning('forbidden', 'auth')],
  ['404', meaning('item-not-found', 'cancel')],
  ['405', meaning('not-allowed', 'cancel')],
  ['406', meaning('not-acceptable', 'modify')],
  ['407', meaning('registration-required', 'auth')],
  ['408', meaning('remote-server-timeout', 'wait')],
  ['409', meaning('conflict', 'cancel')],
  ['500', meaning('internal-server-error', 'wait')],
  ['501', meaning('feature-not-implemented', 'cancel')],
  ['502', meaning('service-unavailable', 'wait')],
  ['503', meaning('service-unavailable', 'cancel')],
  ['504', meaning('remote-server-timeout', 'wait')],
  ['510', meaning('service-unavailable', 'cancel')],
]);

/** What the code of an old server means; undefined for one that XEP-0086 does not have. */
export function legacyMeaning(code: string): Meaning | undefined {
  return LEGACY.get(code.trim());
}
