import type { ClientXMPP } from '@sestina/client';
import { watchNetwork } from '@sestina/websocket';
import { Conversations } from '../store/conversations.js';
import type { Account } from './account.js';
import { Annotations } from './annotations.js';
import { Avatars } from './avatars.js';
import { Blocked } from './blocked.js';
import { makeClient } from './client.js';
import { Connection } from './connection.js';
import { Deliveries } from './deliveries.js';
import { Files } from './files.js';
import { History } from './history.js';
import { Incoming } from './incoming.js';
import { Invitations } from './invitations.js';
import { Originals } from './originals.js';
import { Outgoing } from './outgoing.js';
import { People } from './people.js';
import type { Availability } from './presence.js';
import { Rooms } from './rooms.js';
import { Typing } from './typing.js';

/** Shows what is new, at the end of the turn or at once. */
export type Show = (atOnce?: boolean) => void;

/** An account that is logged in: what the page shows of it, and what can be done. Each part has a module of its own. */
export class Session {
  readonly conversations = new Conversations();
  readonly connection: Connection;
  readonly people: People;
  readonly rooms: Rooms;
  readonly invitations: Invitations;
  readonly avatars: Avatars;
  readonly blocked: Blocked;
  readonly files: Files;
  readonly history: History;
  readonly outgoing: Outgoing;
  readonly typing: Typing;
  readonly #xmpp: ClientXMPP;
  readonly #deliveries: Deliveries;
  readonly #show: Show;

  /**
   * @param show Called whenever there is something new to show.
   * @throws for an address that is none.
   */
  constructor(account: Account, show: Show) {
    const changed = (): void => show();
    const xmpp = makeClient(account);
    const { conversations } = this;
    const originals = new Originals(xmpp);
    this.#xmpp = xmpp;
    this.#show = show;
    this.connection = new Connection(xmpp, watchNetwork(xmpp), changed);
    this.people = new People(xmpp, changed);
    this.avatars = new Avatars(xmpp, changed);
    this.blocked = new Blocked(xmpp, changed);
    this.rooms = new Rooms(xmpp, conversations, changed);
    this.invitations = new Invitations(xmpp, this.rooms, changed);
    const parts = { xmpp, conversations, originals, people: this.people, rooms: this.rooms, changed };
    this.history = new History(parts);
    const incoming = new Incoming({ ...parts, history: this.history });
    this.#deliveries = new Deliveries(parts);
    this.outgoing = new Outgoing({ ...parts, deliveries: this.#deliveries });
    this.files = new Files({ ...parts, outgoing: this.outgoing });
    this.typing = new Typing(parts);
    new Annotations({ ...parts, incoming });
    xmpp.on('sessionStart', async () => {
      await xmpp.getRoster();
      xmpp.sendPresence();
      changed();
      await this.history.catchUp();
    });
  }

  /** Our own bare JID. */
  get jid(): string {
    return this.#xmpp.requestedJid.bare.full;
  }

  /** Resolves when the session has started. @throws what `connect()` throws. */
  async start(): Promise<void> {
    try {
      await this.#xmpp.connect();
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** Logs out. */
  async end(): Promise<void> {
    this.connection.end();
    this.files.end();
    this.avatars.end();
    await this.#xmpp.dispose();
  }

  /** What a conversation is called. */
  readonly nameOf = (jid: string): string => {
    if (this.rooms.isRoom(jid)) return this.rooms.nameOf(jid);
    const [room, nick] = splitAt(jid, '/');
    // Somebody in a room with whom one talks alone.
    return nick !== '' && this.rooms.isRoom(room) ? `${nick} (${this.rooms.nameOf(room)})` : this.people.name(jid);
  };

  availability(jid: string): Availability {
    if (this.blocked.has(jid)) return { kind: 'offline', text: 'Blocked' };
    if (this.rooms.isRoom(jid)) return { kind: 'room', text: this.rooms.statusOf(jid) };
    const [room, nick] = splitAt(jid, '/');
    if (nick === '' || !this.rooms.isRoom(room)) return this.people.availability(jid);
    const person = this.rooms.people(room).find((other) => other.nick === nick);
    return person?.availability ?? { kind: 'offline', text: 'Not in the room' };
  }

  /** Opens the conversation with somebody; undefined closes the one that is open. */
  readonly open = (jid: string | undefined): void => {
    const before = this.conversations.open;
    if (before !== undefined && before !== jid) this.typing.left(before);
    if (jid !== undefined) this.conversations.get(jid);
    this.conversations.show(jid);
    if (jid !== undefined && jid !== before) this.typing.entered(jid);
    this.shown();
    // What is written next is for the one that was chosen.
    this.#show(true);
  };

  /** Somebody looks at the page, or does not any more. */
  watch(watched: boolean): void {
    this.conversations.watch(watched);
    this.shown();
    this.#show();
  }

  /** To be called when something was shown. */
  shown(): void {
    const { inSight } = this.conversations;
    if (inSight) this.#deliveries.seen(inSight);
  }
}

function splitAt(text: string, sign: string): [string, string] {
  const place = text.indexOf(sign);
  return place === -1 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)];
}
