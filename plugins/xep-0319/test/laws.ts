import { declareLaws } from '@sestina/testing/laws';
import { Idle, IdleTime } from '../src/index.js';
import { LastActivityInPresence } from '../src/stanza.js';

export const laws = [
  declareLaws(IdleTime, {
    // Everybody says it of itself alone.
    anybody: [Idle, LastActivityInPresence],
  }),
];
