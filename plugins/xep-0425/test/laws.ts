import { MemoryMessageIndex } from '@sestina/message-index';
import { declareLaws } from '@sestina/testing/laws';
import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { ApplyTo, Retracted, Retraction } from '@sestina/xep-0424';
import { LegacyModerated, MessageModeration } from '../src/index.js';

export const laws = [
  declareLaws(MessageModeration, {
    needs: [MemoryMessageIndex],
    // The word of a room that was entered: who else says it is shown to change nothing by the tests of this package.
    anybody: [ApplyTo, LegacyModerated, Retracted, Retraction],
    waits: {
      retract: (moderation, signal, { xmpp }) => {
        const muc = xmpp.plugin(MultiUserChat);
        const room = muc.manage('verona@rooms.example') as Room;
        const archive = room.jid;
        return moderation.retract(room, { archive, archiveId: 's1' } as never, undefined, { signal });
      },
    },
  }),
];
