import { declareLaws } from '@sestina/testing/laws';
import { Caps, EntityCapabilities } from '../src/index.js';
import { InRoom } from '../src/stanza.js';

const JULIET = 'juliet@capulet.example/balcony';

export const laws = [
  declareLaws(EntityCapabilities, {
    // Everybody says it of himself alone, and it counts for others once its hash is right. That we are in a room is looked at only
    // where we have asked that address to let us in.
    anybody: [Caps, InRoom],
    refused: { hash: ['md5', null] },
    waits: {
      info: (caps, signal) => caps.info(JULIET, { signal }),
      supports: (caps, signal) => caps.supports(JULIET, 'urn:xmpp:ping', { signal }),
    },
  }),
];
