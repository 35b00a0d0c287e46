import type { ClientXMPP } from '@sestina/client';
import { MultiUserChat, type RoomInvite } from '@sestina/xep-0045';
import type { Rooms } from './rooms.js';

/** Invitations that are shown at once. */
const MAX_INVITATIONS = 20;

/** Who invites us to which room. Nobody goes there by itself. */
export class Invitations {
  /** By the address of the room, who invites. */
  readonly all = new Map<string, string>(); // bound: MAX_INVITATIONS
  readonly #invites = new Map<string, RoomInvite>(); // bound: `all`
  readonly #muc: MultiUserChat;
  readonly #rooms: Rooms;
  readonly #changed: () => void;

  constructor(xmpp: ClientXMPP, rooms: Rooms, changed: () => void) {
    this.#muc = xmpp.plugin(MultiUserChat);
    this.#rooms = rooms;
    this.#changed = changed;
    xmpp.on('roomInvite', (invite) => {
      const room = invite.room.bare.full;
      if (this.all.size >= MAX_INVITATIONS) return;
      this.all.set(room, invite.from?.bare.full ?? 'Somebody');
      this.#invites.set(room, invite);
      changed();
    });
  }

  /** Enters the room. @returns its address. */
  async accept(room: string): Promise<string> {
    this.#forget(room);
    return this.#rooms.join(room);
  }

  decline(room: string): void {
    const invite = this.#invites.get(room);
    if (invite) this.#muc.decline(invite);
    this.#forget(room);
  }

  #forget(room: string): void {
    this.all.delete(room);
    this.#invites.delete(room);
    this.#changed();
  }
}
