import { attr, declarePlacement, element, extend, type Field, flag, Message } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_RECEIPTS = 'urn:xmpp:receipts';

/** `<request/>`: the sender wants to know when a message has arrived (XEP-0184 §7). */
export class ReceiptRequest extends element('request', NS_RECEIPTS) {}

/** `<received/>`: a message has arrived (XEP-0184 §7). */
export class Receipt extends element('received', NS_RECEIPTS, {
  /** The `id` of the message that has arrived. */
  id: attr('id'),
}) {}

// Also devices that cannot read the message are to tell that it has come.
declarePlacement(ReceiptRequest, 'outside');
declarePlacement(Receipt, 'outside');

/** The id in a receipt. */
const receipt: Field<string | undefined> = {
  get: (xml) => xml.child(Receipt.tag, NS_RECEIPTS)?.attribute('id') || undefined,
  set: (xml, id) => {
    for (const old of xml.childrenNamed(Receipt.tag, NS_RECEIPTS)) xml.remove(old);
    if (id !== undefined) xml.append(new Receipt({ id }).xml);
  },
};

declare module '@sestina/core' {
  interface Message {
    /** Whether its sender wants to know that it has arrived (XEP-0184). */
    receiptRequest: boolean;
    /** Where it is a receipt: the `id` of the message that has arrived (XEP-0184). */
    receipt: string | undefined;
  }
}

extend(Message, { receiptRequest: flag(ReceiptRequest.tag, NS_RECEIPTS), receipt }, NS_RECEIPTS);
