import { declareLaws } from '@sestina/testing/laws';
import { EntityTime, NS_TIME, TimeQuery } from '../src/index.js';

export const laws = [
  declareLaws(EntityTime, {
    unasked: [
      {
        payload: TimeQuery,
        from: `<iq type='get' id='q1' from='juliet@capulet.example/balcony'><time xmlns='${NS_TIME}'/></iq>`,
      },
    ],
    refused: { timeZone: ['local', null] },
    waits: { time: (time, signal) => time.time('juliet@capulet.example', { signal }) },
  }),
];
