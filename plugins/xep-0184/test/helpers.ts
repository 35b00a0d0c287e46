import { JID } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, type Streams, useStreams } from '@sestina/testing';
import { afterEach } from 'vitest';
import { DeliveryReceipts, type DeliveryReceiptsOptions, NS_RECEIPTS, type ReceiptReceived } from '../src/index.js';

export const OWN = 'romeo@montague.example/orchard';
export const JULIET = 'juliet@capulet.example';
export const BALCONY = `${JULIET}/balcony`;
export const ROOM = 'verona@rooms.example';
export const REQUEST = `<request xmlns='${NS_RECEIPTS}'/>`;
export const STORE = `<store xmlns='urn:xmpp:hints'/>`;
export const received = (id: string): string => `<received xmlns='${NS_RECEIPTS}' id='${id}'/>`;

/** What the other side says. */
export const says = (from: string, inside: string, { type = 'chat', id = 'm1', to = OWN } = {}): string =>
  `<message from='${from}' to='${to}' type='${type}' id='${id}'>${inside}</message>`;
/** What is sent for that. */
export const receiptTo = (to: string, id = 'm1', type = " type='chat'"): string =>
  `<message id='*' to='${to}'${type}>${received(id)}${STORE}</message>`;

/** A connection with the plugin, to which Juliet is a contact, and the receipts that it hears of. */
async function start(streams: Streams, options: Partial<DeliveryReceiptsOptions>, more: ScriptedStreamOptions) {
  const { plugins = [], ...rest } = more;
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [...plugins, [DeliveryReceipts, options]], ...rest });
  streams.keep(stream);
  const { xmpp } = stream;
  if (!xmpp.isComponent) xmpp.roster.of().apply([{ jid: JID.parse(JULIET), subscription: 'both' }]);
  const heard: ReceiptReceived[] = [];
  xmpp.on('receiptReceived', (receipt) => heard.push(receipt));
  return { stream, xmpp, receipts: xmpp.plugin(DeliveryReceipts), heard };
}

/** Makes such connections for the tests of the file that calls it, and closes them after each. */
export function useConnections() {
  const streams = useStreams(afterEach);
  return (options: Partial<DeliveryReceiptsOptions> = {}, more: ScriptedStreamOptions = {}) =>
    start(streams, options, more);
}
