import { declareLaws } from '@sestina/testing/laws';
import { StreamManagement } from '../src/index.js';

export const laws = [
  declareLaws(StreamManagement, {
    refused: { max: [0, '5', null], resend: ['always', null] },
    waits: {
      // Where no session is managed there is nothing to wait for.
      acknowledged: { local: (management) => management.acknowledged() },
      forget: { local: (management) => management.forget() },
    },
  }),
];
