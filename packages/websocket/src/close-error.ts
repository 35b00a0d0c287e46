import { DisconnectedError } from '@sestina/core';
import { WebSocketClosedError } from './errors.js';

/** What a close code (RFC 6455 §7.4.1) comes to; undefined for a regular end. */
export function closeError(code: number, reason: string, local: boolean): Error | undefined {
  // 1005: none was given.
  if (!local && (code === 1000 || code === 1005)) return undefined;
  if (!local && code === 1006) return new DisconnectedError('the WebSocket was cut without a goodbye (1006)');
  return new WebSocketClosedError(code, reason, local ? 'local' : 'peer');
}
