import { type BaseXMPP, type JID, type Message, type MessageContext, XmlElement } from '@sestina/core';
import type { KnownFeatures } from '@sestina/xep-0115';
import { NS_HINTS } from '@sestina/xep-0334';
import { NS_RECEIPTS, Receipt } from './stanza.js';

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';

/** Our side of a message: a component has many addresses. */
export function ownAddress(xmpp: BaseXMPP, own: JID | undefined): JID {
  return xmpp.isComponent ? (own ?? xmpp.requestedJid).bare : xmpp.account;
}

/** Whether a message of ours is to ask for a receipt that the application has not asked for (XEP-0184 §5). */
export function asksForReceipt(
  xmpp: BaseXMPP,
  request: 'always' | 'never' | 'supported',
  { type, from, to }: Message,
  { class: what, kind }: MessageContext,
  caps: KnownFeatures | undefined,
): boolean {
  const own = ownAddress(xmpp, from);
  if (request === 'never' || what !== 'content' || !to || to.bare.equals(own)) return false;
  if ((type !== 'chat' && type !== 'normal') || kind === 'room') return false;
  return caps?.supportsNow(to, NS_RECEIPTS) ?? (request === 'always' && kind === 'chat');
}

/** Whether a message that came asks for a receipt, of somebody who may be answered at all. */
export function mayBeAcknowledged(xmpp: BaseXMPP, message: Message): boolean {
  const { type, from, to, id, context } = message;
  if (!message.receiptRequest || !from || !id || type === 'error' || type === 'groupchat') return false;
  if (message.xml.child(Receipt.tag, NS_RECEIPTS)) return false;
  // The device that it was sent to tells of a message that was copied, and a room of what was said before has no one who waits.
  const { way, source, history } = context;
  if (way !== 'in' || history || (source !== 'stream' && source !== 'archive')) return false;
  return !from.bare.equals(ownAddress(xmpp, to));
}

/** The receipt for a message: to where it came from, of the same type, and kept for who is away by then. */
export function receiptFor(xmpp: BaseXMPP, { type, from, to, context }: Message, id: string): Message {
  const receipt = xmpp.message({ to: from, from: xmpp.isComponent ? to : undefined, receipt: id });
  if (type !== 'normal') receipt.type = type;
  receipt.xml.append(new XmlElement('store', NS_HINTS));
  if (context.kind === 'private') receipt.xml.append(new XmlElement('x', NS_MUC_USER));
  return receipt;
}
