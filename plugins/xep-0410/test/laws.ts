import { declareLaws, type Trial } from '@sestina/testing/laws';
import { MultiUserChat, NS_MUC_USER, type Room } from '@sestina/xep-0045';
import { MucSelfPing } from '../src/index.js';

const ROOM = 'club@rooms.example';

async function entered({ stream, xmpp }: Omit<Trial, 'plugin'>): Promise<Room> {
  const joining = xmpp.plugin(MultiUserChat).join(ROOM, { nick: 'alice' });
  await stream.idle();
  const x = `<x xmlns='${NS_MUC_USER}'><item affiliation='none' role='participant'/><status code='110'/></x>`;
  await stream.recv(`<presence from='${ROOM}/alice'>${x}</presence>`);
  await stream.recv(`<message from='${ROOM}' type='groupchat'><subject/></message>`);
  return joining;
}

export const laws = [
  declareLaws(MucSelfPing, {
    // A component is in no room here.
    prepare: async (trial) => void (trial.xmpp.isComponent || (await entered(trial))),
    waits: {
      check: (selfPing, signal, { xmpp }) => {
        const [room] = xmpp.plugin(MultiUserChat).rooms;
        if (!room) throw new Error('there is no room');
        return selfPing.check(room, { signal });
      },
    },
  }),
];
