import { declareLaws } from '@sestina/testing/laws';
import { VCard4, VCard4s } from '../src/index.js';

export const laws = [
  declareLaws(VCard4s, {
    waits: {
      get: (cards, signal) => cards.get('juliet@capulet.example', { signal }),
      update: (cards, signal) => cards.update(() => {}, { signal }),
      'contacts.all': (cards, signal) => cards.contacts.all({ signal }),
      'contacts.get': (cards, signal) => cards.contacts.get('romeo@montague.example', { signal }),
      'contacts.put': (cards, signal) => cards.contacts.put('romeo@montague.example', new VCard4(), { signal }),
      'contacts.remove': (cards, signal) => cards.contacts.remove('romeo@montague.example', { signal }),
    },
  }),
];
