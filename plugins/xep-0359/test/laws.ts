import { declareLaws } from '@sestina/testing/laws';
import { StanzaIds } from '../src/index.js';

export const laws = [
  declareLaws(StanzaIds, {
    refused: { originId: ['sometimes', null] },
    waits: { ready: (ids, signal) => ids.ready('club@rooms.example', { signal }) },
  }),
];
