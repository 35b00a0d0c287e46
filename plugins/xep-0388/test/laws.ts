import { declareLaws } from '@sestina/testing/laws';
import { Sasl2 } from '../src/index.js';

export const laws = [
  declareLaws(Sasl2, { refused: { device: [5, null], clientId: ['no-uuid', 5, null], software: [''] } }),
];
