import type { BaseXMPP, JID, Message, Sending } from '@sestina/core';
import { LruMap, RateLimiter } from '@sestina/core/util';
import { CODES } from './codes.js';
import { roomWord } from './occupant.js';
import { type Affiliation, MucDecline, MucUser } from './stanza.js';

/** An invitation to a room. Nobody goes there by itself: `join(invite.room, { password: invite.password })` does. */
export interface RoomInvite {
  readonly room: JID;
  /** Who invites; of one that came by way of the room, as far as that says. */
  readonly from: JID | undefined;
  /** The address of ours that is invited. */
  readonly to: JID | undefined;
  readonly reason: string | undefined;
  readonly password: string | undefined;
  /** It came from somebody himself (XEP-0249), not by way of the room. */
  readonly direct: boolean;
  /** The room carries on a conversation of two. */
  readonly continue: boolean;
  /** The thread of that. */
  readonly thread: string | undefined;
  readonly message: Message;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** We are invited to a room that we are not in (XEP-0045). */
    roomInvite: RoomInvite;
    /** Somebody does not want to come whom we have invited; `from` is the word of the room (XEP-0045). */
    roomInviteDeclined: { readonly room: JID; readonly from: JID | undefined; readonly reason: string | undefined };
    /** A room tells us how we are bound to it, while we are not in (XEP-0045, status 101). */
    roomAffiliationChanged: { readonly room: JID; readonly affiliation: Affiliation | undefined };
  }
}

const AGAIN = 600_000;

/** What rooms tell us that we are not in: invitations, their refusals, our affiliation. Strangers send it, so it is bounded. */
export class Invitations {
  readonly #xmpp: BaseXMPP;
  readonly #isInside: (room: JID, own: JID | undefined) => boolean;
  readonly #limiter: RateLimiter;
  /** When somebody was invited to a room last. */
  readonly #told = new LruMap<string, number>({ maxEntries: 1_000 });

  constructor(xmpp: BaseXMPP, isInside: (room: JID, own: JID | undefined) => boolean) {
    this.#xmpp = xmpp;
    this.#isInside = isInside;
    this.#limiter = new RateLimiter(xmpp.clock, { perKey: 5, total: 50 });
  }

  /** Takes in a message with a room's word. */
  take(message: Message): void {
    const { from: room, to } = message;
    const word = roomWord(message);
    // Of an occupant it is that one's invention, and so it is of a person.
    if (!room?.isBare || room.local === undefined || !word || message.type === 'groupchat') return;
    const invite = word.invites.at(0);
    const { decline, password } = word;
    if (invite) {
      const { from, reason, continue: goesOn } = invite;
      const more = { continue: goesOn !== undefined, thread: goesOn?.thread };
      this.raise({ room, from, to, reason, password, direct: false, ...more, message });
    } else if (decline && this.#limiter.take(room.full) === 0) {
      this.#xmpp.emit('roomInviteDeclined', { room, from: decline.from, reason: decline.reason });
    } else if (word.codes.has(CODES.affiliationChanged) && this.#limiter.take(room.full) === 0) {
      this.#xmpp.emit('roomAffiliationChanged', { room, affiliation: word.items.at(0)?.affiliation });
    }
  }

  /** Tells of an invitation; false where we are in the room, were told of it a while ago, or are told of too many. */
  raise(invite: RoomInvite): boolean {
    const { room, from, to, direct } = invite;
    if (this.#isInside(room, to)) return false;
    const { clock } = this.#xmpp;
    const key = `${to?.bare.full ?? ''} ${room.full}`;
    const now = clock.monotonic();
    const before = this.#told.peek(key);
    if (before !== undefined && now - before < AGAIN) return false;
    if (this.#limiter.take(direct && from ? from.bare.full : room.full) > 0) return false;
    this.#told.set(key, now);
    this.#xmpp.emit('roomInvite', invite);
    return true;
  }

  /** Tells the room that we do not come. Of a direct invitation nobody is told. */
  decline({ room, from, to, direct }: RoomInvite, reason: string | undefined): Sending | undefined {
    if (direct || !from) return undefined;
    const own = this.#xmpp.isComponent ? to : undefined;
    return this.#xmpp.sendMessage({
      to: room,
      from: own,
      muc: new MucUser({ decline: new MucDecline({ to: from, reason }) }),
    });
  }
}
