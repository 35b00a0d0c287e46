import { ConnectError, DisconnectedError } from '@sestina/core';
import type { TransportTarget } from '@sestina/core/transport';

/** The connection broke: what was on its way in either direction may be lost. */
export class ConnectionResetError extends DisconnectedError {
  static override readonly name: string = 'ConnectionResetError';
  override readonly code: string = 'ECONNRESET';
}

/** What a connection attempt rejects with where nobody listens. */
export function connectionRefused(target: TransportTarget): ConnectError {
  const error = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
  return new ConnectError(target.domain, [{ address: target.host ?? target.domain, port: target.port, error }]);
}
