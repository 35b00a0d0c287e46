import { DisconnectedError, SestinaError } from '../errors.js';
import { StreamError } from '../stanza/stream-error.js';

/** How a connection went away without a stream error. */
export type LossReason = 'closed' | 'network' | 'timeout' | 'truncated';

/** The connection went away: closed by the peer, cut by the network, cut inside a stanza, or silent for too long. */
export class ConnectionLostError extends DisconnectedError {
  static override readonly name: string = 'ConnectionLostError';
  override readonly code: string = 'ERR_CONNECTION_LOST';

  constructor(
    readonly reason: LossReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What the peer sent passed a limit of this connection, and we ended the stream. */
export class ReceiveLimitError extends StreamError {
  static override readonly name: string = 'ReceiveLimitError';
  override readonly code = 'ERR_RECEIVE_LIMIT';

  constructor(
    /** The option that allows more: `limits.maxStanzaBytes`. */
    readonly option: string,
    text: string,
    options?: ErrorOptions,
  ) {
    super('policy-violation', { text, ...options });
  }
}

/** What answered does not speak XMPP: a web server, a captive portal, a TLS port spoken to in plain text. */
export class NotXmppError extends SestinaError {
  static override readonly name: string = 'NotXmppError';
  readonly code = 'ERR_NOT_XMPP';
  override readonly retryable = true;
}

/** A redirect (`see-other-host`) was refused or led nowhere. */
export class RedirectError extends SestinaError {
  static override readonly name: string = 'RedirectError';
  readonly code = 'ERR_REDIRECT';

  constructor(
    message: string,
    /** The addresses in the order in which they were named. */
    readonly chain: readonly string[],
    options?: { cause?: StreamError | Error },
  ) {
    super(message, options);
  }
}

/** TLS is asked for, and the server does not offer it or speaks on without it (RFC 7590). */
export class TlsRequiredError extends SestinaError {
  static override readonly name: string = 'TlsRequiredError';
  readonly code = 'ERR_TLS_REQUIRED';

  constructor(message = 'the server offers no TLS on this connection: nothing secret was sent') {
    super(message);
  }
}

/** A step of the negotiation wanted no session, and has done what it was for: an account was registered, for example. */
export class NoSessionError extends SestinaError {
  static override readonly name: string = 'NoSessionError';
  readonly code = 'ERR_NO_SESSION';

  constructor(
    /** The name of the step. */
    readonly step: string,
  ) {
    super(`the step "${step}" is done, and wanted no session: the connection was closed`);
  }
}

/** This side and the server find no way to a session: what one needs the other does not offer, or it answers out of turn. */
export class NegotiationError extends SestinaError {
  static override readonly name: string = 'NegotiationError';
  readonly code = 'ERR_NEGOTIATION';
}
