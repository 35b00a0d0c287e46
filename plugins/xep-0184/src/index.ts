/** XEP-0184: Message Delivery Receipts, version 1.4.0. */
export { DeliveryReceipts, DeliveryReceiptsOptions, type ReceiptReceived } from './delivery-receipts.js';
export { NS_RECEIPTS, Receipt, ReceiptRequest } from './stanza.js';
