import { declareLaws } from '@sestina/testing/laws';
import { Avatars } from '../src/index.js';
import { png } from './images.js';

export const laws = [
  declareLaws(Avatars, {
    refused: { http: ['sometimes', 'always', null] },
    waits: {
      get: (avatars, signal) => avatars.get('juliet@capulet.example', { signal }),
      publish: (avatars, signal) => avatars.publish({ data: png(8, 8) }, { signal }),
      disable: (avatars, signal) => avatars.disable({ signal }),
    },
  }),
];
