import { AuthError } from '@sestina/client';
import {
  ConnectionLostError,
  NotXmppError,
  RedirectError,
  StreamError,
  TlsInjectionError,
  TlsRequiredError,
} from '@sestina/core';
import type { Outcome } from './harness.js';

/** What `last` is for: it shows that the stream goes on behind what was ignored. */
const PROOF_OF_LIFE = 'last';

/** What came of it, in the words of the index. */
export function verdict(outcome: Outcome, expected: string): string {
  const said = /<stream:error><([a-z-]+) /.exec(outcome.sent)?.[1];
  if (said) return `stream-error:${said}`;
  const reason = outcome.refused ?? outcome.ended;
  const named = reason && nameOf(reason);
  if (named) return named;
  const answered = /<error [^>]*><([a-z-]+) /.exec(outcome.sent)?.[1];
  if (answered) return `stanza-error:${answered}`;
  if (outcome.sent.replace('</stream:stream>', '') !== '') return `sent:${outcome.sent}`;
  return delivered(outcome, expected) ? 'ok' : 'ignored';
}

/**
 * Whether somebody was told of anything in the file; where all of it is to be ignored, the stanza that shows that the
 * stream goes on does not count.
 */
function delivered({ messages, copies, presences, pending }: Outcome, expected: string): boolean {
  const answered = pending !== undefined && pending !== 'pending';
  return (
    answered ||
    presences.length > 0 ||
    copies.length > 0 ||
    messages.some(({ id }) => expected === 'ok' || id !== PROOF_OF_LIFE)
  );
}

/** Undefined for the regular end that the file itself asks for. */
function nameOf(reason: Error): string | undefined {
  if (reason instanceof TlsInjectionError) return 'conn-error:tls-injection';
  if (reason instanceof TlsRequiredError) return 'conn-error:tls-required';
  if (reason instanceof RedirectError) return 'conn-error:see-other-host';
  if (reason instanceof AuthError) {
    const aborted = reason.reason === 'sasl-abort' || reason.reason === 'server-not-authenticated';
    return aborted ? 'sasl-abort' : `conn-error:${reason.reason}`;
  }
  if (reason instanceof StreamError) return `conn-error:${reason.condition}`;
  if (reason instanceof ConnectionLostError && reason.reason !== 'closed') return `conn-error:${reason.reason}`;
  return reason instanceof ConnectionLostError ? undefined : `error:${reason.message}`;
}

/** The stream error that the application is told; undefined where it is told of another thing. */
export function toldStreamError({ refused, ended }: Outcome): StreamError | undefined {
  const reason = refused ?? ended;
  const error = reason instanceof NotXmppError ? reason.cause : reason;
  return error instanceof StreamError ? error : undefined;
}
