import { MemoryMessageIndex } from '@sestina/message-index';
import { declareLaws } from '@sestina/testing/laws';
import { Reference, References } from '../src/index.js';

const ROOM = 'verona@rooms.example';

export const laws = [
  declareLaws(References, {
    anybody: [Reference],
    needs: [MemoryMessageIndex],
    waits: {
      anchored: {
        local: (references, signal, { xmpp }) => {
          const reference = new Reference({ type: 'data', uri: 'xmpp:a@b', anchor: `xmpp:${ROOM}?;item=s1` });
          const message = xmpp.message({ from: `${ROOM}/x`, type: 'groupchat', references: [reference] });
          const heard = xmpp.messages.adopt(message, { source: 'history' });
          return heard
            ? references.anchored(heard, reference, { signal })
            : Promise.reject(new Error('it was refused'));
        },
      },
    },
  }),
];
