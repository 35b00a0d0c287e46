import { declareLaws } from '@sestina/testing/laws';
import { DeliveryReceipts, NS_RECEIPTS, Receipt, ReceiptRequest } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';

export const laws = [
  declareLaws(DeliveryReceipts, {
    unasked: [
      {
        payload: Receipt,
        from: `<message from='${JULIET}'><received xmlns='${NS_RECEIPTS}' id='m1'/></message>`,
        // A receipt that nobody waits for is told as one of which nothing is known.
        believed: (event, data) => event !== 'receiptReceived' || (data as { known: boolean }).known,
        prepare: ({ xmpp }) => void xmpp.sendMessage({ to: JULIET, id: 'm1', body: 'Hark' }),
      },
      {
        payload: ReceiptRequest,
        from: `<message from='${JULIET}' id='m2'><body>Hark</body><request xmlns='${NS_RECEIPTS}'/></message>`,
      },
    ],
    refused: { request: ['sometimes', null] },
    waits: {
      delivered: (receipts, signal, { xmpp }) =>
        receipts.delivered(xmpp.sendMessage({ to: JULIET, id: 'm1', body: 'Hark' }), { signal }),
    },
  }),
];
