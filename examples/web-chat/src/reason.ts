import { AuthError } from '@sestina/client';
import { JidError, StanzaError } from '@sestina/core';

const CONDITIONS: Readonly<Record<string, string>> = {
  'item-not-found': 'There is nobody of that address.',
  'remote-server-not-found': 'There is no such server.',
  'remote-server-timeout': 'The server of that address does not answer.',
  'service-unavailable': 'Nobody of that address takes messages.',
  forbidden: 'That is not allowed.',
  'not-acceptable': 'It was not taken.',
  'not-allowed': 'That is not allowed.',
};

/** What went wrong, for people. What the library says of it is for those who run servers, and good enough for the rest. */
export function reasonOf(error: unknown): string {
  if (error instanceof AuthError && error.reason === 'not-authorized') return 'The address or the password is wrong.';
  if (error instanceof JidError) return `“${error.input}” is no address. One looks like juliet@example.org.`;
  if (error instanceof StanzaError && CONDITIONS[error.condition]) return CONDITIONS[error.condition] ?? '';
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
