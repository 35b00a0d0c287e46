import { SestinaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';
import { SaslError, type SaslLoginReason } from '@sestina/sasl';

const ADVICE: Partial<Record<SaslLoginReason, string>> = {
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
  static override readonly name: string = 'AuthError';
  readonly code = 'ERR_AUTH';
  override readonly retryable: boolean;

  /** What the server said for people, as it sent it. */
  readonly text: string | undefined;

  constructor(
    readonly reason: SaslLoginReason,
    /** The mechanism that was tried; undefined where none was. */
    readonly mechanism: string | undefined,
    details: {
      /** What this side knows of it, for the message. */
      readonly hint?: string | undefined;
      readonly text?: string | undefined;
      readonly account?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    const { hint, text, account, cause } = details;
    const who = account ? ` as ${account}` : '';
    const how = mechanism ? ` (${mechanism})` : '';
    const found = cause instanceof SaslError ? cause.message : undefined;
    const said = text ? `the server says ${quoted(text)}` : undefined;
    const why = [ADVICE[reason], bindingHint(reason, mechanism), hint, found, said].filter((part) => part).join('; ');
    super(
      `could not log in${who}${how}: ${reason}${why ? `, ${why}` : ''}`,
      cause === undefined ? undefined : { cause },
    );
    this.text = text;
    this.retryable = reason === 'temporary-auth-failure' || (reason === 'credentials' && isRetryable(cause));
  }
}

/** The resource that was asked for is taken by another session of the account, and the server does not give another one. */
export class ResourceConflictError extends SestinaError {
  static override readonly name: string = 'ResourceConflictError';
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
function bindingHint(reason: SaslLoginReason, mechanism: string | undefined): string | undefined {
  if (!mechanism?.endsWith('-PLUS')) return undefined;
  if (reason !== 'not-authorized' && reason !== 'malformed-request') return undefined;
  return 'or, where they are right, somebody sits between here and the server: the login is bound to the TLS connection';
}

function isRetryable(cause: unknown): boolean {
  return cause instanceof Error && (cause as { retryable?: unknown }).retryable === true;
}
