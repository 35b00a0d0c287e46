import { SestinaError } from '@sestina/core';

/**
 * Why logging in failed: a condition of RFC 6120 §6.5 that the server gave, or what this side found:
 * `no-mechanism`, `downgrade`, `server-not-authenticated`, `sasl-abort`, `credentials`.
 */
export type AuthReason =
  | 'aborted'
  | 'account-disabled'
  | 'credentials'
  | 'credentials-expired'
  | 'downgrade'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'mechanism-too-weak'
  | 'no-mechanism'
  | 'not-authorized'
  | 'sasl-abort'
  | 'server-not-authenticated'
  | 'temporary-auth-failure';

const ADVICE: Partial<Record<AuthReason, string>> = {
  'account-disabled': 'the account is disabled: ask whoever runs the server',
  'credentials-expired': 'the credentials have expired: get new ones',
  'invalid-authzid': 'this account may not act as the one that was asked for',
  'not-authorized': 'user name or password is wrong',
  'temporary-auth-failure': 'the server cannot check it just now: try again later',
};

/**
 * Logging in failed. Not retried by itself, except for `temporary-auth-failure`, and where `credentials()` rejected with
 * something that says of itself that it is `retryable`.
 */
export class AuthError extends SestinaError {
  readonly code = 'ERR_AUTH';
  override readonly retryable: boolean;

  constructor(
    readonly reason: AuthReason,
    /** The mechanism that was tried; undefined where none was. */
    readonly mechanism: string | undefined,
    details: { text?: string | undefined; account?: string; cause?: unknown } = {},
  ) {
    const { text, account, cause } = details;
    const who = account ? ` as ${account}` : '';
    const how = mechanism ? ` (${mechanism})` : '';
    const why = [ADVICE[reason], bindingHint(reason, mechanism), text]
      .filter((part) => part !== undefined && part !== '')
      .join('; ');
    super(
      `could not log in${who}${how}: ${reason}${why ? `, ${why}` : ''}`,
      cause === undefined ? undefined : { cause },
    );
    this.retryable = reason === 'temporary-auth-failure' || (reason === 'credentials' && isRetryable(cause));
  }
}

/** The resource that was asked for is taken by another session of the account, and the server does not give another one. */
export class ResourceConflictError extends SestinaError {
  readonly code = 'ERR_RESOURCE_CONFLICT';
  override readonly retryable = true;

  constructor(
    /** The resource that was asked for; undefined where the server was to choose. */
    readonly resource: string | undefined,
    options?: ErrorOptions,
  ) {
    const what = resource === undefined ? 'a resource of the server' : `the resource "${resource}"`;
    super(
      `${what} is taken by another session of this account: leave \`resource\` (and that of \`jid\`) out, so that each session ` +
        'gets one of its own, or end the other one',
      options,
    );
  }
}

/** A login that is bound to its TLS connection fails too where that connection ends at somebody in between. */
function bindingHint(reason: AuthReason, mechanism: string | undefined): string | undefined {
  if (!mechanism?.endsWith('-PLUS')) return undefined;
  if (reason !== 'not-authorized' && reason !== 'malformed-request') return undefined;
  return 'or, where they are right, somebody sits between here and the server: the login is bound to the TLS connection';
}

function isRetryable(cause: unknown): boolean {
  return cause instanceof Error && (cause as { retryable?: unknown }).retryable === true;
}
