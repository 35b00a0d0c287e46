import { MemoryMessageIndex } from '@sestina/message-index';
import { declareLaws } from '@sestina/testing/laws';
import { type MessageCorrected, MessageCorrection, NS_CORRECT, Replace } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';

export const laws = [
  declareLaws(MessageCorrection, {
    needs: [MemoryMessageIndex],
    unasked: [
      {
        payload: Replace,
        from: `<message from='${JULIET}' id='m2' type='chat'><body>Hark!</body><replace xmlns='${NS_CORRECT}' id='m1'/></message>`,
        believed: (event, data) => event === 'messageCorrected' && (data as MessageCorrected).verified,
        prepare: ({ stream }) =>
          stream.recv(`<message from='${JULIET}' id='m1' type='chat'><body>Hart</body></message>`),
      },
    ],
    refused: { window: [0, 1.5, Number.NaN, '3'], unverified: ['never', null] },
  }),
];
