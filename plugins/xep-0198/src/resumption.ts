import { NegotiationError, StreamError, viewOf, XmlElement } from '@sestina/core';
import type { NegotiationContext } from '@sestina/core/connection';
import type { ManagedSession } from './managed-session.js';
import { Failed, NS_SM, Resume, Resumed } from './stanza.js';
import type { Suspects } from './suspects.js';

/**
 * Asks the server to go on with a session (XEP-0198 §5); what it has counted is acknowledged, and the rest is written again.
 * @returns what it answered where it does not.
 * @throws StreamError for a lie, of which the server is told; NegotiationError for what is no answer. That session is never asked for
 *   again: the next attempt would fail in the same way.
 */
export async function resume(
  session: ManagedSession,
  context: NegotiationContext,
  suspects: Suspects,
): Promise<Failed | undefined> {
  const { link, resend } = context;
  link.sendElement(new Resume({ h: session.handled, previd: session.id }).xml);
  const answer = await link.receive();
  if (answer.namespace === NS_SM && answer.name === Failed.tag) {
    const failed = viewOf(Failed, answer);
    if (failed.h !== undefined) session.unacked.ack(failed.h);
    session.id = undefined;
    return failed;
  }
  if (answer.namespace !== NS_SM || answer.name !== Resumed.tag) {
    session.id = undefined;
    throw new NegotiationError(`resuming failed: the server answered <${answer.name} xmlns="${answer.namespace}">`);
  }
  const { h, previd } = viewOf(Resumed, answer);
  // A store that is older than it should be: the server knows better.
  if (session.leftBehind && h !== undefined) session.unacked.raise(h);
  const error =
    previd !== session.id || h === undefined
      ? new StreamError('undefined-condition', { text: 'the server resumed another session than ours' })
      : count(session, h);
  if (error) {
    session.id = undefined;
    link.fail(error);
    throw error;
  }
  suspects.judge(session.unacked);
  resend(session.unacked.sendings);
  return undefined;
}

/** Takes an acknowledgement; gives what ends the stream where it is of more than was sent (XEP-0198 §6). */
export function count({ unacked }: ManagedSession, h: number): StreamError | undefined {
  const { sent } = unacked;
  if (unacked.ack(h) !== 'too-high') return undefined;
  const counts = { h: String(h), 'send-count': String(sent) };
  return new StreamError('undefined-condition', {
    text: `${h} stanzas were acknowledged, ${sent} were sent`,
    application: new XmlElement('handled-count-too-high', NS_SM, counts),
  });
}
