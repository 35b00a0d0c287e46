import { declareLaws } from '@sestina/testing/laws';
import { LegacyBookmarks } from '../src/index.js';

export const laws = [
  declareLaws(LegacyBookmarks, {
    refused: { storage: ['somewhere', null] },
    waits: {
      all: (bookmarks, signal) => bookmarks.all({ signal }),
      update: (bookmarks, signal) => bookmarks.update(() => {}, { signal }),
      copyTo: (bookmarks, signal) => bookmarks.copyTo({ all: new Map(), set: async () => {} }, { signal }),
    },
  }),
];
