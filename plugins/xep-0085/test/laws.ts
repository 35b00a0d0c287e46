import { declareLaws } from '@sestina/testing/laws';
import { ChatStates, NS_CHATSTATES } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';

export const laws = [
  declareLaws(ChatStates, {
    // It takes its time to say who may know.
    options: { send: () => new Promise<boolean>(() => {}) },
    waits: {
      send: async (states, signal, { stream }) => {
        await stream.recv(`<message from='${JULIET}' type='chat'><active xmlns='${NS_CHATSTATES}'/></message>`);
        return states.send(JULIET, 'composing', { signal });
      },
    },
  }),
];
