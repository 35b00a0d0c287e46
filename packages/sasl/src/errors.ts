/** What every error of this package has: a stable code to branch on, and whether trying again can help. */
export abstract class SaslError extends Error {
  /** A literal, so that minified bundles keep it; a class that extends this one and says nothing has its own name. */
  static override readonly name: string = 'SaslError';
  /** Stable across releases; the message is not. */
  abstract readonly code: string;
  /** True where the same call may succeed later without anybody changing anything. No error here has it. */
  readonly retryable: boolean = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Server and client have no mechanism in common that the policy allows and for which the credentials suffice. Nothing was sent. */
export class NoMechanismError extends SaslError {
  static override readonly name: string = 'NoMechanismError';
  readonly code = 'no-mechanism';

  constructor(
    /** What the server offers, as received. */
    readonly offered: readonly string[],
    /** The mechanisms this side has and has credentials for. */
    readonly usable: readonly string[],
    hint = 'check the credentials given, or what the server has enabled',
  ) {
    super(`no SASL mechanism in common: the server offers ${list(offered)}, usable here are ${list(usable)}; ${hint}`);
  }
}

/**
 * The server offers less than has worked before, or somebody on the way changed what it offered (XEP-0474).
 * The first may be a legitimate change at the server, which a person should confirm; the second never is.
 */
export class DowngradeError extends SaslError {
  static override readonly name: string = 'DowngradeError';
  readonly code = 'downgrade';

  constructor(
    message: string,
    /** What the server offers, as received. */
    readonly offered: readonly string[],
    /** What could have been used otherwise. Empty where the list itself was found to be forged. */
    readonly refused: readonly string[] = [],
  ) {
    super(message);
  }
}

/** The server did not prove that it knows the password (RFC 5802 section 5). Treat it as an impostor and close. */
export class ServerAuthenticationError extends SaslError {
  static override readonly name: string = 'ServerAuthenticationError';
  readonly code = 'server-not-authenticated';

  constructor(why: string) {
    super(`the server has not authenticated itself: ${why}; close the connection, it may not be the server meant`);
  }
}

/** What was wrong with the server's message. */
export type SaslProtocolDetail =
  | 'malformed'
  | 'message-too-long'
  | 'mandatory-extension'
  | 'nonce-mismatch'
  | 'nonce-too-long'
  | 'salt-length'
  | 'iterations-too-low'
  | 'iterations-too-high'
  | 'unexpected-challenge'
  | 'unexpected-success'
  | 'channel-binding-unavailable';

/** The exchange cannot go on: send `<abort/>` and close. Nothing that depends on the password has been sent for it. */
export class SaslProtocolError extends SaslError {
  static override readonly name: string = 'SaslProtocolError';
  readonly code = 'sasl-abort';

  constructor(
    readonly detail: SaslProtocolDetail,
    why: string,
  ) {
    super(`SASL exchange aborted (${detail}): ${why}`);
  }
}

/** A part of the credentials that cannot be used with the mechanism. Its value is in no message. */
export class CredentialsError extends SaslError {
  static override readonly name: string = 'CredentialsError';
  readonly code = 'credentials';

  constructor(
    /** The field of `SaslCredentials`. */
    readonly field: string,
    why: string,
  ) {
    super(`the ${field} cannot be used: ${why}`);
  }
}

/** The server said inside the mechanism why it refuses: `e=` of SCRAM, the error object of OAUTHBEARER. */
export class RefusedError extends SaslError {
  static override readonly name: string = 'RefusedError';
  readonly code = 'refused';
  /** `invalid-proof`, `unsupported-channel-binding-type`, `invalid_token`, …: printable ASCII, at most 100 characters. */
  readonly reason: string;

  constructor(
    reason: string,
    /** OAUTHBEARER: the scope that is needed. */
    readonly scope?: string | undefined,
    /** OAUTHBEARER: where the server's OpenID configuration lies. From the server, so not to be fetched unasked. */
    readonly openidConfiguration?: string | undefined,
  ) {
    const shown = printable(reason);
    super(`the server refused the authentication: ${shown}`);
    this.reason = shown;
  }
}

/** What came from the peer, made fit for a message: printable ASCII, at most 100 characters. */
function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?');
}

function list(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  return names.slice(0, 20).map(printable).join(', ') + (names.length > 20 ? ', …' : '');
}
