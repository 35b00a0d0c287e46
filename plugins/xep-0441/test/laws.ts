import { declareLaws } from '@sestina/testing/laws';
import { ArchivePreferences } from '../src/index.js';

export const laws = [
  declareLaws(ArchivePreferences, {
    waits: {
      get: (preferences, signal) => preferences.get({ signal }),
      set: (preferences, signal) => preferences.set({ default: 'always', always: [], never: [] }, { signal }),
      update: (preferences, signal) => preferences.update((prefs) => prefs, { signal }),
    },
  }),
];
