import { SaslError } from '../errors.js';

const CONDITIONS = [
  'aborted',
  'account-disabled',
  'credentials-expired',
  'encryption-required',
  'incorrect-encoding',
  'invalid-authzid',
  'invalid-mechanism',
  'malformed-request',
  'mechanism-too-weak',
  'not-authorized',
  'temporary-auth-failure',
] as const;

/**
 * Why logging in failed: a condition of RFC 6120 §6.5 that the server gave, or what this side found: `no-mechanism`, `downgrade`,
 * `server-not-authenticated`, `sasl-abort`, `credentials`.
 */
export type SaslLoginReason =
  | (typeof CONDITIONS)[number]
  | 'credentials'
  | 'downgrade'
  | 'no-mechanism'
  | 'sasl-abort'
  | 'server-not-authenticated';

/** A login failed. `cause` is what the mechanism or the choice found, where it was that. */
export class SaslLoginError extends SaslError {
  static override readonly name: string = 'SaslLoginError';
  readonly code = 'login-failed';
  override readonly retryable: boolean;
  /** What the server said for people, as it sent it: from outside, so not to be shown as it stands. */
  readonly text: string | undefined;

  constructor(
    readonly reason: SaslLoginReason,
    /** The mechanism that was tried; undefined where none was. */
    readonly mechanism: string | undefined,
    { text, cause }: { readonly text?: string | undefined; readonly cause?: unknown } = {},
  ) {
    const why = cause instanceof SaslError ? `, ${cause.message}` : '';
    const how = mechanism === undefined ? '' : ` with ${mechanism}`;
    super(`logging in${how} failed: ${reason}${why}`, cause === undefined ? undefined : { cause });
    this.text = text;
    this.retryable = reason === 'temporary-auth-failure';
  }

  /** For what the server said. A condition that nobody knows counts as `not-authorized`. */
  static refused(
    mechanism: string,
    condition: string | undefined,
    text: string | undefined,
    cause: unknown,
  ): SaslLoginError {
    const reason = CONDITIONS.find((known) => known === condition) ?? 'not-authorized';
    return new SaslLoginError(reason, mechanism, { text, cause });
  }

  /** For what this side found; itself where it is one already. */
  static of(error: SaslError, mechanism: string | undefined): SaslLoginError {
    return error instanceof SaslLoginError ? error : new SaslLoginError(reasonOf(error), mechanism, { cause: error });
  }
}

function reasonOf({ code }: SaslError): SaslLoginReason {
  switch (code) {
    case 'credentials':
    case 'downgrade':
    case 'no-mechanism':
    case 'server-not-authenticated':
      return code;
    default:
      return 'sasl-abort';
  }
}
