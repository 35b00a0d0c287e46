import { declareLaws } from '@sestina/testing/laws';
import { NotificationSettings } from '../src/index.js';

export const laws = [
  declareLaws(NotificationSettings, {
    waits: { set: (settings, signal) => settings.set('verona@rooms.example', 'never', { signal }) },
    refused: {
      identity: [
        'client',
        { category: 'client' },
        { category: '', type: 'pc' },
        { category: 1, type: 'pc' },
        { category: 'client', type: '' },
      ],
      maxAge: [-1, '5'],
    },
  }),
];
