import type { ClientXMPP } from '@sestina/client';
import { watchNetwork } from '@sestina/websocket';
import { Conversations } from '../store/conversations.js';
import type { Account } from './account.js';
import { Annotations } from './annotations.js';
import { makeClient } from './client.js';
import { Connection } from './connection.js';
import { Deliveries } from './deliveries.js';
import { History } from './history.js';
import { Incoming } from './incoming.js';
import { Originals } from './originals.js';
import { Outgoing } from './outgoing.js';
import { People } from './people.js';
import type { Availability } from './presence.js';
import { Typing } from './typing.js';

/** An account that is logged in: what the page shows of it, and what can be done. Each part has a module of its own. */
export class Session {
  readonly conversations = new Conversations();
  readonly connection: Connection;
  readonly people: People;
  readonly history: History;
  readonly outgoing: Outgoing;
  readonly typing: Typing;
  readonly #xmpp: ClientXMPP;
  readonly #deliveries: Deliveries;
  readonly #changed: () => void;

  /**
   * @param changed Called whenever there is something new to show.
   * @throws for an address that is none.
   */
  constructor(account: Account, changed: () => void) {
    const xmpp = makeClient(account);
    const { conversations } = this;
    const originals = new Originals(xmpp);
    this.#xmpp = xmpp;
    this.#changed = changed;
    this.connection = new Connection(xmpp, watchNetwork(xmpp), changed);
    this.people = new People(xmpp, changed);
    const parts = { xmpp, conversations, originals, people: this.people, changed };
    const incoming = new Incoming(parts);
    this.#deliveries = new Deliveries(parts);
    this.outgoing = new Outgoing({ ...parts, deliveries: this.#deliveries });
    this.history = new History(parts);
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
    await this.#xmpp.dispose();
  }

  /** What a conversation is called. */
  readonly nameOf = (jid: string): string => this.people.name(jid);

  availability(jid: string): Availability {
    return this.people.availability(jid);
  }

  /** Opens the conversation with somebody; undefined closes the one that is open. */
  open(jid: string | undefined): void {
    const before = this.conversations.open;
    if (before !== undefined && before !== jid) this.typing.left(before);
    if (jid !== undefined) this.conversations.get(jid);
    this.conversations.show(jid);
    if (jid !== undefined && jid !== before) this.typing.entered(jid);
    this.#seen();
  }

  /** Somebody looks at the page, or does not any more. */
  watch(watched: boolean): void {
    this.conversations.watch(watched);
    this.#seen();
  }

  /** To be called when something was shown. */
  shown(): void {
    const { inSight } = this.conversations;
    if (inSight) this.#deliveries.seen(inSight);
  }

  #seen(): void {
    this.shown();
    this.#changed();
  }
}
