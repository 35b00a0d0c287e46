import { MemoryMessageIndex } from '@sestina/message-index';
import { declareLaws } from '@sestina/testing/laws';
import {
  ApplyTo,
  LegacyRetracted,
  type MessageRetracted,
  MessageRetraction,
  NS_FASTEN,
  NS_RETRACT,
  NS_RETRACT_0,
  Retracted,
  Retraction,
} from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';
const message = (inside: string): string => `<message from='${JULIET}' id='m2' type='chat'>${inside}</message>`;
const common = {
  believed: (event: string, data: unknown) => event === 'messageRetracted' && (data as MessageRetracted).verified,
  prepare: ({ stream }: { stream: { recv(xml: string): Promise<void> } }) =>
    stream.recv(`<message from='${JULIET}' id='m1' type='chat'><body>Hark</body></message>`),
};

export const laws = [
  declareLaws(MessageRetraction, {
    needs: [MemoryMessageIndex],
    unasked: [
      { ...common, payload: Retraction, from: message(`<retract xmlns='${NS_RETRACT}' id='m1'/>`) },
      {
        ...common,
        payload: ApplyTo,
        from: message(`<apply-to xmlns='${NS_FASTEN}' id='m1'><retract xmlns='${NS_RETRACT_0}'/></apply-to>`),
      },
    ],
    // These are the word of an archive that was asked; on the stream they are taken from nobody.
    anybody: [Retracted, LegacyRetracted],
  }),
];
