import type { JID, StanzaError } from '@sestina/core';

/**
 * Whether an error that came back for a ping was made by whom we asked, which shows that it is there and only does not
 * know pings (XEP-0199 §4). `service-unavailable` shows it for a server, a component or an account. In the name of a
 * resource that is not there a server has to send the very same (XEP-0199 §7, RFC 6121 §8.5.3.2.3), so that for a full
 * JID it shows nothing.
 * @param to Who was asked; undefined for our server.
 */
export function provesAlive(error: StanzaError, to: JID | undefined): boolean {
  const { condition, by, retryable } = error;
  if (condition !== 'feature-not-implemented' && condition !== 'service-unavailable') return false;
  if (to === undefined) return true;
  // Somebody on the way found the error (RFC 6120 §8.3.1), or the address is expected back: it is not there now.
  if (retryable || (by !== undefined && !mayAnswerFor(to, by))) return false;
  return condition === 'feature-not-implemented' || to.isBare;
}

/** An account's server answers for it (XEP-0199 §4.4), not for its resources. */
function mayAnswerFor(to: JID, by: string): boolean {
  return to.equals(by) || (to.isBare && by === to.domain);
}
