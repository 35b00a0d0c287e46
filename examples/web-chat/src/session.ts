import { ClientXMPP } from '@sestina/client';
import type { Registration, RosterItem } from '@sestina/core';
import { WebSocketTransportFactory, watchNetwork } from '@sestina/websocket';
import { Ping } from '@sestina/xep-0199';
import { DelayedDelivery } from '@sestina/xep-0203';
import { Conversations } from './conversations.js';
import { reasonOf } from './reason.js';

/** How it stands with the connection. */
export type Connection =
  | { readonly kind: 'connecting' | 'offline' | 'online' }
  | { readonly kind: 'reconnecting'; readonly at: number; readonly reason: string }
  | { readonly kind: 'ended'; readonly reason: string };

/** What somebody types to log in. */
export interface Account {
  readonly jid: string;
  readonly password: string;
  /** `wss://…`; empty: the server's host-meta says where. */
  readonly service: string;
}

/** An account that is logged in: its client, and what the page shows of it. */
export class Session {
  readonly conversations = new Conversations();
  /** Who asks to see our presence, by bare JID. */
  readonly requests = new Set<string>();
  connection: Connection = { kind: 'offline' };
  readonly #xmpp: ClientXMPP;
  readonly #network: Registration;
  readonly #changed: () => void;

  /**
   * @param changed Called whenever there is something new to show.
   * @throws for an address that is none.
   */
  constructor({ jid, password, service }: Account, changed: () => void) {
    this.#changed = changed;
    this.#xmpp = new ClientXMPP({
      jid,
      password,
      service: service || undefined,
      transports: new WebSocketTransportFactory(),
    });
    this.#network = watchNetwork(this.#xmpp);
    this.#xmpp.use(Ping);
    this.#followConnection();
    this.#followContacts();
    this.#followMessages();
  }

  /** Our own bare JID. */
  get jid(): string {
    return this.#xmpp.requestedJid.bare.toString();
  }

  /** The contacts by name, those who are there first. */
  get contacts(): RosterItem[] {
    const name = (item: RosterItem): string => item.name || item.jid.toString();
    return [...this.#xmpp.clientRoster].sort(
      (a, b) => Number(b.online) - Number(a.online) || name(a).localeCompare(name(b)),
    );
  }

  contact(jid: string): RosterItem | undefined {
    return this.#xmpp.clientRoster.get(jid);
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
    this.#network.dispose();
    await this.#xmpp.dispose();
  }

  /** Does not wait for the next attempt to connect; makes one where there would be none. */
  retry(): void {
    if (this.connection.kind !== 'ended') this.#xmpp.networkChanged();
    else this.#xmpp.connect().catch((error: unknown) => this.#become({ kind: 'ended', reason: reasonOf(error) }));
  }

  send(jid: string, body: string): void {
    const line = this.conversations.sending(jid, body, new Date());
    const settled = (state: 'failed' | 'sent'): void => {
      line.state = state;
      this.#changed();
    };
    const sending = this.#xmpp.sendMessage({ to: jid, type: 'chat', body });
    line.id = sending.element.attribute('id');
    sending.then(
      () => settled('sent'),
      () => settled('failed'),
    );
    this.#changed();
  }

  /** Opens the conversation with somebody; undefined closes the one that is open. */
  open(jid: string | undefined): void {
    this.conversations.show(jid);
    this.#changed();
  }

  /** Asks somebody to become a contact. @throws for an address that is none. */
  add(jid: string): void {
    this.#xmpp.clientRoster.subscribe(jid);
  }

  answer(jid: string, yes: boolean): void {
    this.requests.delete(jid);
    if (yes) {
      this.#xmpp.clientRoster.authorize(jid);
      if (!this.contact(jid)?.to) this.#xmpp.clientRoster.subscribe(jid);
    } else {
      this.#xmpp.clientRoster.unauthorize(jid);
    }
    this.#changed();
  }

  #become(connection: Connection): void {
    this.connection = connection;
    this.#changed();
  }

  #followConnection(): void {
    this.#xmpp.on('connecting', () => this.#become({ kind: 'connecting' }));
    this.#xmpp.on('reconnectDelay', ({ delay, reason }) =>
      this.#become({ kind: 'reconnecting', at: Date.now() + delay, reason: reasonOf(reason) }),
    );
    this.#xmpp.on('disconnected', ({ reason, willReconnect }) => {
      if (!willReconnect) this.#become({ kind: 'ended', reason: reasonOf(reason) });
    });
    this.#xmpp.on('sessionStart', async () => {
      this.#become({ kind: 'online' });
      await this.#xmpp.getRoster();
      this.#xmpp.sendPresence();
      this.#changed();
    });
  }

  #followMessages(): void {
    const delivery = this.#xmpp.use(DelayedDelivery);
    this.#xmpp.on('message', (message) => {
      if (!message.from || (message.type !== 'chat' && message.type !== 'normal')) return;
      // One that has waited at the server says since when.
      this.conversations.received(message.from.bare.toString(), message.body ?? '', delivery.sentAt(message));
      this.#changed();
    });
    this.#xmpp.on('messageError', ({ from, id }) => {
      if (from && id) this.conversations.bounced(from.bare.toString(), id);
      this.#changed();
    });
  }

  #followContacts(): void {
    const changed = (): void => this.#changed();
    this.#xmpp.on('rosterUpdate', changed);
    this.#xmpp.on('sessionEnd', changed);
    this.#xmpp.on('changedStatus', changed);
    this.#xmpp.on('gotOnline', changed);
    this.#xmpp.on('gotOffline', changed);
    this.#xmpp.on('rosterSubscriptionRequest', ({ from }) => {
      if (!from) return;
      this.requests.add(from.bare.toString());
      this.#changed();
    });
  }
}
