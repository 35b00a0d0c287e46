import type { ClientXMPP } from '@sestina/client';
import { JID } from '@sestina/core';
import { MultiUserChat, type Occupant, type Room, RoomJoinError } from '@sestina/xep-0045';
import { reasonOf } from '../reason.js';
import type { Conversations } from '../store/conversations.js';
import { Bookmarked } from './bookmarked.js';
import { type Availability, wordsOfShow } from './presence.js';

/** Somebody in a room. */
export interface Person {
  readonly nick: string;
  /** The address in the room. */
  readonly jid: string;
  readonly me: boolean;
  /** What they are in the room, in a word; empty for nothing particular. */
  readonly rank: string;
  readonly availability: Availability;
}

const EVENTS = [
  'subject',
  'occupantJoined',
  'occupantLeft',
  'occupantChanged',
  'nickChanged',
  'unreachable',
  'left',
] as const;
const REASONS: Readonly<Record<string, string>> = {
  banned: 'You are banned from this room.',
  conflict: 'Somebody in the room is called so already: choose another nick.',
  'members-only': 'This room is for members only.',
  'not-found': 'There is no such room.',
  password: 'This room wants a password.',
};
const RANKS: Readonly<Record<string, string>> = { admin: 'Admin', owner: 'Owner' };

/** The rooms that we are in: who is there, what they talk about. Which they are is remembered for all devices. */
export class Rooms {
  readonly bookmarked: Bookmarked;
  readonly #muc: MultiUserChat;
  readonly #conversations: Conversations;
  readonly #changed: () => void;
  /** Why we are not in a room in which we should be. */
  readonly #troubles = new Map<string, string>(); // bound: bookmarks
  readonly #followed = new WeakSet<Room>();

  constructor(xmpp: ClientXMPP, conversations: Conversations, changed: () => void) {
    this.#conversations = conversations;
    this.#changed = changed;
    this.#muc = xmpp.plugin(MultiUserChat);
    this.bookmarked = new Bookmarked(xmpp, {
      known: (jid) => void conversations.get(jid, 'room'),
      failed: (jid, error) => this.#failed(jid, error),
      changed,
    });
    xmpp.on('roomJoined', ({ room }) => this.#entered(room));
  }

  get(jid: string): Room | undefined {
    return this.#muc.room(jid);
  }

  isRoom(jid: string): boolean {
    return this.#conversations.find(jid)?.kind === 'room';
  }

  nameOf(jid: string): string {
    return this.bookmarked.nameOf(jid) ?? this.get(jid)?.info?.name ?? JID.parse(jid).local ?? jid;
  }

  /** How it stands with a room, in a line. */
  statusOf(jid: string): string {
    const room = this.get(jid);
    if (room?.state === 'joined') return room.subject || `${room.occupants.size} here`;
    return this.#troubles.get(jid) ?? (room ? 'Entering …' : 'Not entered');
  }

  people(jid: string): Person[] {
    const room = this.get(jid);
    const people = [...(room?.occupants.values() ?? [])].map((occupant) =>
      personOf(occupant, occupant.nick === room?.nick),
    );
    return people.sort((a, b) => Number(b.rank !== '') - Number(a.rank !== '') || a.nick.localeCompare(b.nick));
  }

  /** Whether we may do what moderators do. */
  moderates(jid: string): boolean {
    return this.get(jid)?.me?.role === 'moderator';
  }

  /** Enters a room, and remembers it. @param found Whether one that does not exist is founded. @returns its address. */
  async join(
    address: string,
    { nick, found = false }: { readonly nick?: string | undefined; readonly found?: boolean } = {},
  ): Promise<string> {
    const jid = (await this.#addressOf(address)).full;
    const name = JID.parse(jid).local;
    const create = found ? { persistent: true, name: address.includes('@') ? name : address } : 'never';
    try {
      await this.#muc.join(jid, { nick, create });
    } catch (error) {
      throw error instanceof RoomJoinError
        ? new Error(REASONS[error.reason] ?? reasonOf(error), { cause: error })
        : error;
    }
    await this.bookmarked.remember(jid, { nick: this.get(jid)?.nick, name: this.nameOf(jid) });
    return jid;
  }

  async leave(jid: string): Promise<void> {
    await this.bookmarked.forget(jid);
    await this.get(jid)?.leave();
    this.#conversations.forget(jid);
    this.#changed();
  }

  /** Resolves when what is said in a room is heard there. @throws where we are not in it, and are not about to be. */
  async ready(jid: string): Promise<void> {
    const room = this.get(jid);
    if (!room || room.state === 'left' || room.state === 'leaving') throw new Error('You are not in this room.');
    if (room.state !== 'joined') await room.wait('joined', { timeout: 3_600_000 });
  }

  isReady(jid: string): boolean {
    return this.get(jid)?.state === 'joined';
  }

  /** What was typed may be a name at our own server. */
  async #addressOf(text: string): Promise<JID> {
    if (text.includes('@')) return JID.parse(text).bare;
    const [service] = await this.#muc.services();
    if (!service) throw new Error('Your server has no rooms: type the whole address of one.');
    return JID.parse(`${text.toLowerCase().replace(/\s+/gu, '-')}@${service.full}`);
  }

  #entered(room: Room): void {
    const jid = room.jid.full;
    this.#troubles.delete(jid);
    const isNew = !this.#conversations.find(jid) || this.#conversations.find(jid)?.lines.length === 0;
    const conversation = this.#conversations.get(jid, 'room');
    // What was said before we came for the first time is not new to anybody.
    if (isNew) conversation.readUpTo(new Date());
    if (!this.#followed.has(room)) {
      this.#followed.add(room);
      for (const event of EVENTS) room.on(event, () => this.#changed());
    }
    this.#muc.info(jid).then(this.#changed, () => {});
    this.#changed();
  }

  #failed(jid: string, error: unknown): void {
    this.#troubles.set(
      jid,
      error instanceof RoomJoinError ? (REASONS[error.reason] ?? reasonOf(error)) : reasonOf(error),
    );
    this.#changed();
  }
}

function personOf({ nick, jid, affiliation, role, presence }: Occupant, me: boolean): Person {
  return {
    nick,
    me,
    jid: jid.full,
    rank: RANKS[affiliation] ?? (role === 'moderator' ? 'Moderator' : ''),
    availability: wordsOfShow(presence.show ?? 'chat', presence.status),
  };
}
