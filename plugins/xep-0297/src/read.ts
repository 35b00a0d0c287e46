import { JID, Message, viewOf, type XmlElement } from '@sestina/core';
import { Forwarded, NS_FORWARD } from './stanza.js';

/** Forwards within forwards that are read at most, the outermost included. */
export const MAX_FORWARD_DEPTH = 3;

/** A message that somebody says to have received from somebody else. */
export interface ForwardedMessage {
  /** Who wrote it, as the sender of the forward says. Show it as a quotation: nothing proves it (XEP-0297 §7.1). */
  readonly claimedFrom: JID | undefined;
  /** When the sender of the forward had received it, as that says. */
  readonly claimedAt: Date | undefined;
  /** The message, as a copy that belongs to no stream: nobody is taken for its author by mistake. */
  readonly message: Message;
}

/**
 * What a message forwards of its own accord. Undefined where it forwards nothing, no message, several, or one that holds forwards
 * within forwards beyond `MAX_FORWARD_DEPTH`; and of an error, which only carries back what was sent.
 */
export function readForwarded(message: Message): ForwardedMessage | undefined {
  const { xml } = message;
  if (xml.attribute('type') === 'error') return undefined;
  const [only, ...more] = xml.childrenNamed(Forwarded.tag, NS_FORWARD);
  if (!only || more.length > 0 || isTooDeep(only, MAX_FORWARD_DEPTH)) return undefined;
  const { stanza, delay } = viewOf(Forwarded, only);
  if (!(stanza instanceof Message)) return undefined;
  return {
    claimedFrom: JID.tryParse(stanza.xml.attribute('from') ?? ''),
    claimedAt: delay?.stamp,
    message: viewOf(Message, stanza.xml.copy()),
  };
}

function isTooDeep(forwarded: XmlElement, left: number): boolean {
  if (left === 0) return true;
  for (const stanza of forwarded.elements()) {
    for (const inner of stanza.childrenNamed(Forwarded.tag, NS_FORWARD)) if (isTooDeep(inner, left - 1)) return true;
  }
  return false;
}
