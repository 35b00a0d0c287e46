import { SestinaError } from '@sestina/core';

/** The server does not accept the secret. Not retried. */
export class HandshakeError extends SestinaError {
  readonly code = 'ERR_HANDSHAKE';

  constructor(domain: string, options?: ErrorOptions) {
    super(`the server refuses the component ${domain}: its secret there is another one`, options);
  }
}

/** The server does something that belongs to no handshake. */
export class NegotiationError extends SestinaError {
  readonly code = 'ERR_NEGOTIATION';
}
