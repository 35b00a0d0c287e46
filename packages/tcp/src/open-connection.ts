import { ConnectError, TimeoutError } from '@sestina/core';
import { within } from '@sestina/core/util';
import type { Opened, Opener } from './opener.js';
import type { Settings } from './options.js';
import { toDnsError } from './resolver.js';

/**
 * Opens a connection within the time that all of it may take.
 * @throws DnsError, ConnectError, TlsError; the reason of `signal`.
 */
export async function openConnection(
  opener: Opener,
  domain: string,
  settings: Settings,
  signal: AbortSignal,
): Promise<Opened> {
  try {
    const { clock, totalTimeout: timeout } = settings;
    const what = `connecting to ${domain}`;
    return await within(clock, (inner) => opener.open(inner), { what, timeout, signal, discard: destroy });
  } catch (error) {
    if (signal.aborted || !(error instanceof TimeoutError)) throw error;
    throw opener.attempts.length > 0 ? new ConnectError(domain, opener.attempts) : toDnsError(domain, error);
  }
}

function destroy({ socket, secured }: Opened): void {
  secured?.destroy();
  socket.destroy();
}
