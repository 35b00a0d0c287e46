import { declareLaws, type Trial } from '@sestina/testing/laws';
import { MucUser, MultiUserChat, NS_MUC_USER, type Room } from '../src/index.js';

const ROOM = 'club@rooms.example';

/** Enters a room, which the test plays. */
async function entered({ plugin, stream }: Trial<MultiUserChat>): Promise<Room> {
  const joining = plugin.join(ROOM, { nick: 'alice' });
  await stream.idle();
  const x = `<x xmlns='${NS_MUC_USER}'><item affiliation='owner' role='moderator'/><status code='110'/></x>`;
  await stream.recv(`<presence from='${ROOM}/alice'>${x}</presence>`);
  await stream.recv(`<message from='${ROOM}' type='groupchat'><subject/></message>`);
  return joining;
}

export const laws = [
  declareLaws(MultiUserChat, {
    // Anybody may invite; nobody goes there for that.
    anybody: [MucUser],
    refused: { nick: [5, ''], track: ['some', null] },
    waits: {
      join: (muc, signal) => muc.join(ROOM, { signal }),
      create: (muc, signal) => muc.create(ROOM, {}, { signal }),
      reservedNick: (muc, signal) => muc.reservedNick(ROOM, { signal }),
      services: (muc, signal) => muc.services('rooms.example', { signal }),
      list: (muc, signal) => muc.list('rooms.example', { signal }),
      info: (muc, signal) => muc.info(ROOM, { signal }),
      'room.changeNick': async (_muc, signal, trial) => (await entered(trial)).changeNick('bob', { signal }),
      'room.setSubject': async (_muc, signal, trial) => (await entered(trial)).setSubject('Hark', { signal }),
      'managed.config': (muc, signal) => muc.manage(ROOM).config({ signal }),
      'managed.kick': (muc, signal) => muc.manage(ROOM).kick('bob', { signal }),
      'managed.ban': (muc, signal) => muc.manage(ROOM).ban('bob@example.org', { signal }),
      'managed.affiliations': (muc, signal) => muc.manage(ROOM).affiliations('owner', { signal }),
      'managed.destroy': (muc, signal) => muc.manage(ROOM).destroy({ signal }),
    },
  }),
];
