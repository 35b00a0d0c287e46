import { MemoryMessageIndex } from '@sestina/message-index';
import { declareLaws } from '@sestina/testing/laws';
import { MessageReplies, Reply } from '../src/index.js';

export const laws = [
  declareLaws(MessageReplies, {
    needs: [MemoryMessageIndex],
    waits: {
      target: {
        local: (replies, _signal, { xmpp }) =>
          replies.target(xmpp.message({ to: 'juliet@capulet.example', inReplyTo: new Reply({ id: 'm1' }) })),
      },
    },
  }),
];
