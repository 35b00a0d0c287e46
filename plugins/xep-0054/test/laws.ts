import { declareLaws } from '@sestina/testing/laws';
import { VCard, VCards } from '../src/index.js';

export const laws = [
  declareLaws(VCards, {
    refused: { answer: ['friends', null] },
    waits: {
      get: (cards, signal) => cards.get('juliet@capulet.example', { signal }),
      update: (cards, signal) => cards.update(() => {}, { signal }),
      replace: (cards, signal) => cards.replace(new VCard(), { signal }),
    },
  }),
];
