import { declareLaws } from '@sestina/testing/laws';
import { InstantMessaging, InstantMessagingOptions } from '../src/index.js';

const WRONG = [5, 'yes', null, []] as const;
const parts = Object.keys(new InstantMessagingOptions()).filter((name) => name !== 'privacy' && name !== 'activity');

export const laws = [
  declareLaws(InstantMessaging, {
    refused: {
      ...(Object.fromEntries(parts.map((name) => [name, WRONG])) as Record<
        keyof InstantMessagingOptions,
        typeof WRONG
      >),
      privacy: ['loud', 1, null],
      activity: [5, {}, null],
    },
    keeps: ['preset-im/', 'xep-0115/', 'xep-0490/', 'xep-0492/'],
  }),
];
