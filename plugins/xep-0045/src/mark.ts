import type { Message } from '@sestina/core';
import { NS_MUC_USER } from './stanza.js';

/**
 * Whether a message has the mark of a private one of a room's occupant, put in by its sender (XEP-0045 §7.5): it is none of a contact
 * then, whatever else is known of that address.
 */
export function isMarked({ type, from, xml }: Message): boolean {
  if ((type !== 'chat' && type !== 'normal') || !from?.isFull) return false;
  return xml.child('x', NS_MUC_USER)?.firstElement === undefined && xml.child('x', NS_MUC_USER) !== undefined;
}
