import { declareLaws } from '@sestina/testing/laws';
import { BlockReports } from '../src/index.js';

export const laws = [
  declareLaws(BlockReports, {
    waits: {
      supported: (reports, signal) => reports.supported({ signal }),
      block: (reports, signal) => reports.block('tybalt@capulet.example', { reason: 'spam' }, { signal }),
    },
  }),
];
