import { declareLaws } from '@sestina/testing/laws';
import { BitsData, BitsOfBinary, NS_BOB } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';
// Of "abc".
const CID = 'sha1+a9993e364706816aba3e25717850c26c9cd0d89d@bob.xmpp.org';

export const laws = [
  declareLaws(BitsOfBinary, {
    unasked: [
      {
        payload: BitsData,
        from: `<iq type='get' id='b1' from='${JULIET}'><data xmlns='${NS_BOB}' cid='${CID}'/></iq>`,
        prepare: async ({ plugin }) => {
          await plugin.offer(new TextEncoder().encode('abc'), { type: 'text/plain' });
        },
      },
    ],
    waits: {
      offer: { local: (bits) => bits.offer(new Uint8Array(1), { type: 'text/plain' }) },
      get: (bits, signal) => bits.get(CID, JULIET, { signal }),
    },
  }),
];
