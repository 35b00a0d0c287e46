import { element } from '@sestina/core';
import { declareLaws } from '@sestina/testing/laws';
import { PrivateXml } from '../src/index.js';

class Notes extends element('notes', 'urn:example:notes') {}

export const laws = [
  declareLaws(PrivateXml, {
    waits: {
      get: (stored, signal) => stored.get(Notes, { signal }),
      set: (stored, signal) => stored.set(new Notes(), { signal }),
      update: (stored, signal) => stored.update(Notes, () => {}, { signal }),
    },
  }),
];
