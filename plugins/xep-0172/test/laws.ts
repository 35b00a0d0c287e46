import { declareLaws } from '@sestina/testing/laws';
import { Nick, Nicknames } from '../src/index.js';

export const laws = [
  declareLaws(Nicknames, {
    // Anybody may say what it wants to be called: it is shown, and nothing follows from it.
    anybody: [Nick],
    waits: {
      publish: (nicknames, signal) => nicknames.publish('Ishmael', { signal }),
      ask: (nicknames, signal) => nicknames.ask('juliet@capulet.example', { signal }),
    },
  }),
];
