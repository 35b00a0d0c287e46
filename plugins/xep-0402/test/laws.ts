import { declareLaws } from '@sestina/testing/laws';
import { Bookmarks } from '../src/index.js';

export const laws = [
  declareLaws(Bookmarks, {
    waits: {
      set: (bookmarks, signal) => bookmarks.set('verona@rooms.example', {}, { signal }),
      remove: (bookmarks, signal) => bookmarks.remove('verona@rooms.example', { signal }),
    },
  }),
];
