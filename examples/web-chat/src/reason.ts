import { AuthError } from '@sestina/client';
import { JidError } from '@sestina/core';

/** What went wrong, for people. What the library says of it is for those who run servers, and good enough for the rest. */
export function reasonOf(error: unknown): string {
  if (error instanceof AuthError && error.reason === 'not-authorized') return 'The address or the password is wrong.';
  if (error instanceof JidError) return `“${error.input}” is no address. One looks like juliet@example.org.`;
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
