import { declareLaws } from '@sestina/testing/laws';
import { Sasl2 } from '@sestina/xep-0388';
import { Bind2 } from '../src/index.js';

export const laws = [
  declareLaws(Bind2, { needs: [Sasl2], refused: { tag: [''], withoutArchive: ['sometimes', null] } }),
];
