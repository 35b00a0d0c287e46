import { declareLaws } from '@sestina/testing/laws';
import { NS_VERSION, SoftwareVersion, VersionQuery } from '../src/index.js';

export const laws = [
  declareLaws(SoftwareVersion, {
    options: { name: 'Sestina', answer: 'contacts' },
    unasked: [
      {
        payload: VersionQuery,
        from: `<iq type='get' id='q1' from='juliet@capulet.example/balcony'><query xmlns='${NS_VERSION}'/></iq>`,
      },
    ],
    waits: { query: (version, signal) => version.query('juliet@capulet.example', { signal }) },
  }),
];
