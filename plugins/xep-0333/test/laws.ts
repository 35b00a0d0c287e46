import { MemoryMessageIndex } from '@sestina/message-index';
import { declareLaws } from '@sestina/testing/laws';
import { Acknowledged, Displayed, DisplayedMarkers, MarkerReceived, NS_MARKERS } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';

export const laws = [
  declareLaws(DisplayedMarkers, {
    needs: [MemoryMessageIndex],
    unasked: [Displayed, Acknowledged, MarkerReceived].map((payload) => ({
      payload,
      from: `<message from='${JULIET}' id='m2' type='chat'><${payload.tag} xmlns='${NS_MARKERS}' id='m1'/></message>`,
      believed: (event: string) => event === 'displayedReceived',
      prepare: ({ xmpp }: { xmpp: { sendMessage(init: object): unknown } }) =>
        void xmpp.sendMessage({ to: JULIET, type: 'chat', id: 'm1', body: 'Hark' }),
    })),
    refused: { rooms: ['some', null], delay: [-1, Number.NaN] },
  }),
];
