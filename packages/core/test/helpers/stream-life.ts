import { expect } from 'vitest';
import { ConnectError, DnsError } from '../../src/stream/connection-errors.js';
import type { TestXMPP } from './stream-xmpp.js';

export const never = new Promise<never>(() => {});
export const refused = () => new ConnectError('example.org', [{ address: '192.0.2.1', error: new Error('refused') }]);
export const noHost = () => new DnsError('example.org', 'ENOTFOUND', { retryable: false });
export const streamError = (condition: string) =>
  `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`;

/** Everything is at rest, and nothing will ever happen again. */
export async function expectOver(xmpp: TestXMPP): Promise<void> {
  const { attempts } = xmpp;
  await xmpp.manualClock.idle();
  expect(xmpp.state).toBe('disconnected');
  expect(xmpp.transport).toBeUndefined();
  expect(xmpp.manualClock.pending).toBe(0);
  for (const wire of xmpp.transports) if (wire.opened) expect(wire.closed).toBe(true);
  await xmpp.manualClock.advance(1_000_000);
  expect(xmpp.attempts).toBe(attempts);
  expect(xmpp.state).toBe('disconnected');
}
