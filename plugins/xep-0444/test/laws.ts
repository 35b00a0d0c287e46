import { MemoryMessageIndex } from '@sestina/message-index';
import { declareLaws } from '@sestina/testing/laws';
import { MessageReactions, NS_REACTIONS, Reactions } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';

export const laws = [
  declareLaws(MessageReactions, {
    needs: [MemoryMessageIndex],
    unasked: [
      {
        payload: Reactions,
        from: `<message from='${JULIET}' id='m2' type='chat'><reactions xmlns='${NS_REACTIONS}' id='m1'><reaction>👋</reaction></reactions></message>`,
        believed: (event) => event === 'reactionsChanged',
        prepare: ({ stream }) =>
          stream.recv(`<message from='${JULIET}' id='m1' type='chat'><body>Hark</body></message>`),
      },
    ],
    waits: {
      restrictions: (reactions, signal) => reactions.restrictions('gateway.example', { signal }),
    },
  }),
];
