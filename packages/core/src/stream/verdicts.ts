import { PASSING_CONDITIONS } from '../stanza/stream-error.js';

/**
 * What comes after a failure. `again`: another attempt; `slowly`: the same after longer pauses; `patience`: the same, and the end after
 * some of them in a row; `final`: the end.
 */
export type Verdict = 'again' | 'final' | 'patience' | 'slowly';

/** What failed: an attempt to make a session, or a session that was there. */
export type Failed = 'attempt' | 'session';

/** What follows from a kind of error; see `ERROR_RULES`. */
export interface ErrorRule {
  /** The name of the class. */
  readonly name: string;
  readonly code: string;
  /** Those conditions, reasons or codes of it alone. */
  readonly of?: readonly (number | string)[];
  /** Whether the same call may succeed later, as the error itself says at a first `connect()`. `own`: by what is inside of it. */
  readonly retryable?: true | 'own';
  /** Where an attempt fails with it, after a session that worked and with `reconnect.initial`. `own`: by `retryable`. */
  readonly attempt: Verdict | 'own';
  /** Where a session ends with it; undefined where none does. */
  readonly session?: Verdict | 'own';
  /** Whether it may be the fault of the place, so that another one where the server may be is tried in the same attempt. */
  readonly elsewhere?: true;
}

const AUTH = { name: 'AuthError', code: 'ERR_AUTH' } as const;
const TLS = { name: 'TlsError', code: 'ERR_TLS' } as const;
const WEB_SOCKET = { name: 'WebSocketClosedError', code: 'ERR_WEBSOCKET_CLOSED' } as const;
const STREAM = { name: 'StreamError', code: 'ERR_STREAM' } as const;

/**
 * Which errors are final. What has worked before is tried again, since networks, name servers, certificates and servers go wrong for a
 * while; what is final would stay as it is until somebody does something, or do harm. The first rule that fits counts.
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  { name: 'ConfigError', code: 'ERR_CONFIG', attempt: 'final', session: 'final' },
  { name: 'NoSessionError', code: 'ERR_NO_SESSION', attempt: 'final' },
  { name: 'HandshakeError', code: 'ERR_HANDSHAKE', attempt: 'final' },
  {
    ...AUTH,
    of: ['not-authorized', 'account-disabled', 'credentials-expired', 'invalid-authzid', 'server-not-authenticated'],
    attempt: 'patience',
  },
  { ...AUTH, of: ['temporary-auth-failure'], retryable: true, attempt: 'again', elsewhere: true },
  { ...AUTH, of: ['credentials'], retryable: 'own', attempt: 'own' },
  { ...AUTH, of: ['downgrade', 'no-mechanism'], attempt: 'slowly', elsewhere: true },
  { ...AUTH, attempt: 'slowly' },
  { name: 'ResourceConflictError', code: 'ERR_RESOURCE_CONFLICT', retryable: true, attempt: 'again' },
  { name: 'ComponentConflictError', code: 'ERR_COMPONENT_CONFLICT', retryable: true, attempt: 'again' },
  { name: 'DnsError', code: 'ERR_DNS', retryable: 'own', attempt: 'again' },
  { name: 'ConnectError', code: 'ERR_CONNECT', retryable: true, attempt: 'again', elsewhere: true },
  { ...TLS, of: ['interrupted'], retryable: true, attempt: 'again', session: 'again', elsewhere: true },
  { ...TLS, attempt: 'again', session: 'again', elsewhere: true },
  { name: 'TlsRequiredError', code: 'ERR_TLS_REQUIRED', attempt: 'again', elsewhere: true },
  { name: 'TlsInjectionError', code: 'ERR_TLS_INJECTION', attempt: 'again', elsewhere: true },
  { name: 'NotXmppError', code: 'ERR_NOT_XMPP', retryable: true, attempt: 'again', elsewhere: true },
  { name: 'NegotiationError', code: 'ERR_NEGOTIATION', attempt: 'slowly', elsewhere: true },
  { name: 'RedirectError', code: 'ERR_REDIRECT', attempt: 'slowly', elsewhere: true },
  { name: 'DiscoveryError', code: 'ERR_DISCOVERY', of: ['unreachable'], retryable: true, attempt: 'again' },
  { name: 'DiscoveryError', code: 'ERR_DISCOVERY', attempt: 'again' },
  {
    name: 'ConnectionLostError',
    code: 'ERR_CONNECTION_LOST',
    retryable: true,
    attempt: 'again',
    session: 'again',
    elsewhere: true,
  },
  {
    name: 'DisconnectedError',
    code: 'ERR_DISCONNECTED',
    retryable: 'own',
    attempt: 'own',
    session: 'own',
    elsewhere: true,
  },
  { name: 'TimeoutError', code: 'ERR_TIMEOUT', retryable: true, attempt: 'again', elsewhere: true },
  {
    name: 'ReceiveBufferFullError',
    code: 'ERR_RECEIVE_BUFFER_FULL',
    retryable: true,
    attempt: 'again',
    session: 'again',
  },
  { ...WEB_SOCKET, of: [1009], attempt: 'slowly', session: 'patience', elsewhere: true },
  { ...WEB_SOCKET, of: [1002, 1003, 1007, 1008, 1010], attempt: 'slowly', session: 'slowly', elsewhere: true },
  { ...WEB_SOCKET, retryable: true, attempt: 'again', session: 'again', elsewhere: true },
  { name: 'ReceiveLimitError', code: 'ERR_RECEIVE_LIMIT', attempt: 'slowly', session: 'patience', elsewhere: true },
  { ...STREAM, of: ['conflict'], attempt: 'slowly', session: 'final', elsewhere: true },
  { ...STREAM, of: PASSING_CONDITIONS, retryable: true, attempt: 'again', session: 'again', elsewhere: true },
  { ...STREAM, attempt: 'slowly', session: 'slowly', elsewhere: true },
  { name: 'StanzaError', code: 'ERR_STANZA', retryable: 'own', attempt: 'slowly', elsewhere: true },
];

// What nobody has foreseen is no reason to stay away for ever.
const OTHERS: Omit<ErrorRule, 'code' | 'name'> = {
  retryable: 'own',
  attempt: 'slowly',
  session: 'slowly',
};

/** What the table says of an error. */
export function ruleFor(error: Error): Omit<ErrorRule, 'code' | 'name'> {
  const { code, condition, reason, closeCode } = error as Error & Partial<Record<string, unknown>>;
  const detail = (condition ?? reason ?? closeCode) as number | string;
  return ERROR_RULES.find((rule) => rule.code === code && (!rule.of || rule.of.includes(detail))) ?? OTHERS;
}

/** What comes after a failure where a session has worked before, or is wanted whatever it takes (`reconnect.initial`). */
export function verdictOn(error: Error, failed: Failed): Verdict {
  const rule = ruleFor(error);
  const { attempt, session = attempt } = rule;
  const verdict = failed === 'attempt' ? attempt : session;
  if (verdict !== 'own' && rule !== OTHERS) return verdict;
  const { retryable } = error as { retryable?: unknown };
  return retryable === true ? 'again' : rule === OTHERS ? 'slowly' : 'final';
}
