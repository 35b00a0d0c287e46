import { JID } from '@sestina/core';
import { declareLaws } from '@sestina/testing/laws';
import { MemoryMessageIndex } from '../src/index.js';

export const laws = [
  declareLaws(MemoryMessageIndex, {
    waits: { find: { local: (index) => index.find(JID.parse('juliet@capulet.example'), 'm1') } },
  }),
];
