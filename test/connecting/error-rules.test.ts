import { AuthError, ResourceConflictError } from '@sestina/client';
import { ComponentConflictError, HandshakeError } from '@sestina/component';
import {
  ConfigError,
  ConnectError,
  ConnectionLostError,
  DisconnectedError,
  DnsError,
  NegotiationError,
  NoSessionError,
  NotXmppError,
  ReceiveLimitError,
  RedirectError,
  SestinaError,
  StanzaError,
  StreamError,
  type StreamErrorCondition,
  TimeoutError,
  TlsError,
  TlsInjectionError,
  TlsRequiredError,
} from '@sestina/core';
import { ERROR_RULES, type ErrorRule, ruleFor, type Verdict, verdictOn } from '@sestina/core/connection';
import { DiscoveryError, ReceiveBufferFullError, WebSocketClosedError } from '@sestina/websocket';
import { describe, expect, it } from 'vitest';

const peer = (condition: StreamErrorCondition): StreamError => new StreamError(condition, { origin: 'peer' });
const auth = (reason: ConstructorParameters<typeof AuthError>[0], cause?: unknown): AuthError =>
  new AuthError(reason, 'PLAIN', { cause });

class Later extends SestinaError {
  readonly code = 'ERR_LATER';
  override readonly retryable = true;
}

/** Each kind of error, and what follows where an attempt fails with it, and where a session ends with it. */
const CASES: readonly (readonly [error: Error, attempt: Verdict, session?: Verdict])[] = [
  [new ConfigError('no transport', 'transports'), 'final', 'final'],
  [new NoSessionError('register'), 'final'],
  [new HandshakeError('bot.example.org'), 'final'],
  [auth('not-authorized'), 'patience'],
  [auth('account-disabled'), 'patience'],
  [auth('credentials-expired'), 'patience'],
  [auth('invalid-authzid'), 'patience'],
  [auth('server-not-authenticated'), 'patience'],
  [auth('temporary-auth-failure'), 'again'],
  [auth('credentials', new Error('no vault')), 'final'],
  [auth('credentials', new Later('vault is closed')), 'again'],
  [auth('no-mechanism'), 'slowly'],
  [auth('downgrade'), 'slowly'],
  [auth('sasl-abort'), 'slowly'],
  [auth('malformed-request'), 'slowly'],
  [new ResourceConflictError('phone'), 'again'],
  [new ComponentConflictError('bot.example.org'), 'again'],
  [new DnsError('example.org', 'ENOTFOUND', { retryable: false }), 'again'],
  [new DnsError('example.org', 'ESERVFAIL', { retryable: true }), 'again'],
  [new ConnectError('example.org', []), 'again'],
  [new TlsError('example.org', 'interrupted', 'cut'), 'again', 'again'],
  [new TlsError('example.org', 'certificate-expired', 'old'), 'again', 'again'],
  [new TlsError('example.org', 'certificate-name', 'a hotel'), 'again', 'again'],
  [new TlsError('example.org', 'protocol', 'no TLS'), 'again', 'again'],
  [new TlsRequiredError(), 'again'],
  [new TlsInjectionError(), 'again'],
  [new NotXmppError('a hotel'), 'again'],
  [new NegotiationError('empty features'), 'slowly'],
  [new RedirectError('in a circle', []), 'slowly'],
  [new DiscoveryError('example.org', 'unreachable', 'no answer'), 'again'],
  [new DiscoveryError('example.org', 'unreadable', 'a hotel'), 'again'],
  [new ConnectionLostError('network', 'reset'), 'again', 'again'],
  [new DisconnectedError('closed'), 'again', 'again'],
  [new DisconnectedError('disposed of', { retryable: false }), 'final', 'final'],
  [new TimeoutError('logging in', 60_000), 'again', 'again'],
  [new ReceiveBufferFullError(1), 'again', 'again'],
  [new WebSocketClosedError(1008, '', 'peer'), 'slowly', 'slowly'],
  [new WebSocketClosedError(1009, '', 'local'), 'slowly', 'patience'],
  [new WebSocketClosedError(1012, '', 'peer'), 'again', 'again'],
  [new WebSocketClosedError(4000, '', 'peer'), 'again', 'again'],
  [new ReceiveLimitError('limits.maxStanzaBytes', 'too large'), 'slowly', 'patience'],
  [peer('conflict'), 'slowly', 'final'],
  [peer('system-shutdown'), 'again', 'again'],
  [peer('resource-constraint'), 'again', 'again'],
  [peer('internal-server-error'), 'again', 'again'],
  [peer('host-gone'), 'slowly', 'slowly'],
  [peer('host-unknown'), 'slowly', 'slowly'],
  [peer('not-authorized'), 'slowly', 'slowly'],
  [peer('policy-violation'), 'slowly', 'slowly'],
  [peer('see-other-host'), 'slowly', 'slowly'],
  [peer('not-well-formed'), 'slowly', 'slowly'],
  [new StreamError('not-well-formed'), 'slowly', 'slowly'],
  [new StanzaError('internal-server-error'), 'slowly'],
];

/** What nobody has foreseen. */
const OTHERS: readonly [error: Error, verdict: Verdict][] = [
  [new TypeError('a bug'), 'slowly'],
  [new Later('of a transport'), 'again'],
];

const named = CASES.map(([error, attempt, session]) => ({
  name: `${error.name}: ${error.message}`,
  error,
  attempt,
  session,
}));

describe('what comes after an error', () => {
  it.each(named)('$name', ({ error, attempt, session }) => {
    expect(verdictOn(error, 'attempt')).toBe(attempt);
    if (session) expect(verdictOn(error, 'session')).toBe(session);
    else expect((ruleFor(error) as ErrorRule).session).toBeUndefined();
  });

  it.each(named)('is found by the code and says the name and the `retryable` of the error: $name', ({ error }) => {
    const rule = ruleFor(error) as ErrorRule;
    const { code, retryable } = error as SestinaError;
    expect(rule).toMatchObject({ code, name: error.name });
    if (rule.retryable !== 'own') expect(rule.retryable ?? false).toBe(retryable);
  });

  it('has no rule that no error comes to', () => {
    const met = new Set(CASES.map(([error]) => ruleFor(error)));
    expect(ERROR_RULES.filter((rule) => !met.has(rule))).toEqual([]);
  });

  it.each(OTHERS)('is another attempt where it is none that is known: %s', (error, verdict) => {
    for (const failed of ['attempt', 'session'] as const) expect(verdictOn(error, failed)).toBe(verdict);
  });

  it('takes no other place where the account, the options or the program are what is wrong', () => {
    const stays = CASES.filter(([error]) => !ruleFor(error).elsewhere).map(([error]) => error.name);
    expect(new Set(stays)).toEqual(
      new Set([
        'AuthError',
        'ComponentConflictError',
        'ConfigError',
        'DiscoveryError',
        'DnsError',
        'HandshakeError',
        'NoSessionError',
        'ReceiveBufferFullError',
        'ResourceConflictError',
      ]),
    );
    expect(ruleFor(auth('not-authorized')).elsewhere).toBeUndefined();
  });
});
