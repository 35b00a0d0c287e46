import { JID } from '@sestina/core';
import { declareLaws } from '@sestina/testing/laws';
import { MemoryMessageIndex } from '../src/index.js';

export const laws = [
  declareLaws(MemoryMessageIndex, {
    waits: {
      find: { local: (index) => index.find(JID.parse('juliet@capulet.example'), 'm1') },
      original: {
        local: (index, _signal, { xmpp }) =>
          index.original(index.note(xmpp.message({ to: 'juliet@capulet.example', body: 'Hark' }))),
      },
    },
  }),
];
