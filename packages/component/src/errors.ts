import { type JID, SestinaError } from '@sestina/core';

/** The server does not accept the secret. Not retried. */
export class HandshakeError extends SestinaError {
  static override readonly name: string = 'HandshakeError';
  readonly code = 'ERR_HANDSHAKE';

  constructor(domain: string, options?: ErrorOptions) {
    super(`the server refuses the component ${domain}: its secret there is another one`, options);
  }
}

/** Another connection has the domain of the component, and the server does not let two have it. */
export class ComponentConflictError extends SestinaError {
  static override readonly name: string = 'ComponentConflictError';
  readonly code = 'ERR_COMPONENT_CONFLICT';
  override readonly retryable = true;

  constructor(domain: string, options?: ErrorOptions) {
    super(
      `another connection has the domain ${domain}, and the server lets only one have it: end the other program, give this one a ` +
        'domain of its own, or wait until the server has noticed that an old connection is gone (`reconnect: { initial: true }`)',
      options,
    );
  }
}

/** The roster of an address could not be read or stored; nothing was changed, nobody was told anything. */
export class RosterStoreError extends SestinaError {
  static override readonly name: string = 'RosterStoreError';
  readonly code = 'ERR_ROSTER_STORE';
  /** False where what is stored cannot be read: it is left as it is. */
  override readonly retryable: boolean;

  constructor(
    /** Bare JID. */
    readonly owner: JID,
    { cause, damaged = false }: { cause: unknown; damaged?: boolean },
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      damaged ? `the stored roster of ${owner} cannot be read: ${why}` : `the storage failed for ${owner}: ${why}`,
      {
        cause,
      },
    );
    this.retryable = !damaged;
  }
}

/** The contacts of an address were asked for before anything has read them: await `roster.load()` first. */
export class RosterNotLoadedError extends SestinaError {
  static override readonly name: string = 'RosterNotLoadedError';
  readonly code = 'ERR_ROSTER_NOT_LOADED';

  constructor(
    /** Bare JID. */
    readonly owner: JID,
  ) {
    super(`the roster of ${owner} has not been read from its store: await its load() before you look into it`);
  }
}
