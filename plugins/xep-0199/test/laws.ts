import { declareLaws } from '@sestina/testing/laws';
import { NS_PING, Ping, PingQuery } from '../src/index.js';

export const laws = [
  declareLaws(Ping, {
    options: { answer: 'contacts' },
    unasked: [
      {
        payload: PingQuery,
        from: `<iq type='get' id='q1' from='juliet@capulet.example/balcony'><ping xmlns='${NS_PING}'/></iq>`,
      },
    ],
    waits: { ping: (ping, signal) => ping.ping('juliet@capulet.example', { signal }) },
  }),
];
