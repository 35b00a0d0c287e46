import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type Clock, limited } from '@sestina/core';
import { handshake } from './handshake.js';
import { toTlsError } from './tls-failure.js';
import type { TlsSettings } from './tls-options.js';

/** How TLS is started. */
export interface SecureOptions {
  /** Whether TLS comes first, with ALPN; otherwise STARTTLS came before. */
  readonly directTls: boolean;
  readonly clock: Clock;
  /** For the handshake, in milliseconds. */
  readonly timeout: number;
}

/**
 * Secures `socket`, and destroys it where that fails.
 * @throws TlsError; TlsInjectionError after STARTTLS where something else than TLS arrived; the reason of `signal`.
 */
export async function secure(
  socket: Duplex,
  settings: TlsSettings,
  { directTls, clock, timeout }: SecureOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const what = `TLS handshake with ${settings.domain}`;
  try {
    return await limited(
      clock,
      timeout,
      what,
      signal,
      () => handshake(socket, settings, directTls),
      (late) => void late.destroy(),
    );
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : toTlsError(error, settings.domain, !directTls);
  }
}
