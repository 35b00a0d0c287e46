import { declareLaws } from '@sestina/testing/laws';
import { NS_OOB_IQ, OobOffer, OutOfBand } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';

export const laws = [
  declareLaws(OutOfBand, {
    options: { answer: 'contacts' },
    unasked: [
      {
        payload: OobOffer,
        from: `<iq type='set' id='o1' from='${JULIET}'><query xmlns='${NS_OOB_IQ}'><url>https://example.org/a</url></query></iq>`,
      },
    ],
    waits: { offer: (oob, signal) => oob.offer(JULIET, { url: 'https://example.org/a' }, { signal }) },
  }),
];
