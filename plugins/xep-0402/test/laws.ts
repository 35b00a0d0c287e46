import { declareLaws } from '@sestina/testing/laws';
import { Bookmarks } from '../src/index.js';

export const laws = [
  declareLaws(Bookmarks, {
    waits: {
      find: (bookmarks, signal) => bookmarks.find('verona@rooms.example', { signal }),
      set: (bookmarks, signal) => bookmarks.set('verona@rooms.example', {}, { signal }),
      remove: (bookmarks, signal) => bookmarks.remove('verona@rooms.example', { signal }),
    },
  }),
];
