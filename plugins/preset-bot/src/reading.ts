import type { BaseXMPP, JID, Message } from '@sestina/core';
import { otherNature } from '@sestina/message-index';
import type { Room } from '@sestina/xep-0045';
import type { BotOptions } from './options.js';

// What is encrypted has a body for programs that cannot read it. One that can takes this away.
const ENCRYPTED: ReadonlySet<string> = new Set([
  'eu.siacs.conversations.axolotl',
  'jabber:x:encrypted',
  'urn:xmpp:eme:0',
  'urn:xmpp:omemo:1',
  'urn:xmpp:omemo:2',
  'urn:xmpp:openpgp:0',
]);

/** Whether somebody says something now that a bot may answer, whatever it is. */
export function isSaidNow(xmpp: BaseXMPP, message: Message, options: BotOptions): boolean {
  const { from, to, body, context } = message;
  if (!from || body === undefined || context.way === 'out' || context.history || context.class !== 'content')
    return false;
  if (isOurs(xmpp, from, to) || xmpp.vouches(from, to) === 'server' || isOld(xmpp, message, options.maxAge))
    return false;
  if (message.replaces !== undefined && options.corrections === 'ignore') return false;
  for (const child of message.xml.elements()) if (ENCRYPTED.has(child.namespace)) return false;
  return otherNature(message) === undefined;
}

/** Our own words, of another session or another address of ours: answering them would go on for ever. */
function isOurs(xmpp: BaseXMPP, from: JID, to: JID | undefined): boolean {
  if (xmpp.isComponent) return from.domain === xmpp.requestedJid.domain;
  return from.bare.equals(xmpp.account) || (to !== undefined && from.equals(to));
}

/** Whoever says that its message is old loses nothing but its own answer, so that everybody is believed. */
function isOld({ clock }: BaseXMPP, { delay, context }: Message, maxAge: number): boolean {
  const oldest = clock.now() - maxAge;
  const sent = [context.sentAt, delay?.stamp].filter((stamp) => stamp !== undefined);
  return sent.some((stamp) => stamp.getTime() < oldest);
}

/** Whether an occupant of the room has said it, and not the room itself, nor the bot. */
export function isByOccupant({ nick, state }: Room, { from }: Message): boolean {
  return from?.resource !== undefined && from.resource !== nick && state === 'joined';
}

/** Who that is for limits: the same for all addresses that somebody can make up. */
export function authorKey({ from, context }: Message, room: Room | undefined): string {
  const { author, kind } = context;
  if (kind === 'chat' || !room) return from?.bare.full ?? '';
  if (author.realJid) return author.realJid.bare.full;
  return author.occupantId === undefined ? `${author.jid} ${author.stay}` : `${room.jid} ${author.occupantId}`;
}
