import { declareLaws } from '@sestina/testing/laws';
import { DirectInvitations, DirectInvite, NS_CONFERENCE } from '../src/index.js';

export const laws = [
  declareLaws(DirectInvitations, {
    unasked: [
      {
        payload: DirectInvite,
        from: `<message from='juliet@capulet.example/balcony'><x xmlns='${NS_CONFERENCE}' jid='club@rooms.example'/></message>`,
      },
    ],
  }),
];
