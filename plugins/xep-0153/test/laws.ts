import { declareLaws } from '@sestina/testing/laws';
import { VCardAvatars, VCardUpdate } from '../src/index.js';
import { OccupantMark } from '../src/stanza.js';

const PNG = new Uint8Array(40);
PNG.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1]);

export const laws = [
  declareLaws(VCardAvatars, {
    // Everybody says it of itself alone, and what is fetched for it is checked.
    anybody: [VCardUpdate, OccupantMark],
    refused: { advertise: ['sometimes', null] },
    waits: {
      serverConverts: (avatars, signal) => avatars.serverConverts({ signal }),
      setOwn: (avatars, signal) => avatars.setOwn({ data: PNG }, { signal }),
      removeOwn: (avatars, signal) => avatars.removeOwn({ signal }),
    },
  }),
];
