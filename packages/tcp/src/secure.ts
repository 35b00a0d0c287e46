import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@sestina/core';
import { within } from '@sestina/core/util';
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
    const discard = (late: TLSSocket): void => void late.destroy();
    return await within(clock, () => handshake(socket, settings, directTls), { what, timeout, signal, discard });
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : toTlsError(error, settings.domain, !directTls);
  }
}
