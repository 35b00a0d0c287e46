import { declareLaws } from '@sestina/testing/laws';
import { LastActivity, LastQuery, NS_LAST } from '../src/index.js';

export const laws = [
  declareLaws(LastActivity, {
    options: { answer: 'contacts' },
    unasked: [
      {
        payload: LastQuery,
        from: `<iq type='get' id='q1' from='juliet@capulet.example/balcony'><query xmlns='${NS_LAST}'/></iq>`,
        prepare: ({ plugin }) => void plugin.serve({ idleSince: () => new Date(0) }),
      },
    ],
    waits: { ask: (last, signal) => last.ask('juliet@capulet.example', { signal }) },
  }),
];
