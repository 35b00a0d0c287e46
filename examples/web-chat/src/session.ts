import { ClientXMPP } from '@sestina/client';
import type { Registration, RosterItem } from '@sestina/core';
import { WebSocketTransportFactory, watchNetwork } from '@sestina/websocket';
import { Ping } from '@sestina/xep-0199';
import { Conversations } from './conversations.js';

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
    this.#xmpp.on('message', (message) => {
      if (!message.from || (message.type !== 'chat' && message.type !== 'normal')) return;
      this.conversations.received(message.from.bare.toString(), message.body ?? '', new Date());
      this.#changed();
    });
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

  /** Does not wait for the next attempt to connect. */
  retry(): void {
    this.#xmpp.networkChanged();
  }

  send(jid: string, body: string): void {
    const line = this.conversations.sending(jid, body, new Date());
    const settled = (state: 'failed' | 'sent'): void => {
      line.state = state;
      this.#changed();
    };
    this.#xmpp.sendMessage({ to: jid, type: 'chat', body }).then(
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

  #followConnection(): void {
    const become = (connection: Connection): void => {
      this.connection = connection;
      this.#changed();
    };
    this.#xmpp.on('connecting', () => become({ kind: 'connecting' }));
    this.#xmpp.on('reconnectDelay', ({ delay, reason }) =>
      become({ kind: 'reconnecting', at: Date.now() + delay, reason: reason.message }),
    );
    this.#xmpp.on('disconnected', ({ reason, willReconnect }) => {
      if (!willReconnect) become({ kind: 'ended', reason: reason.message });
    });
    this.#xmpp.on('sessionStart', async () => {
      become({ kind: 'online' });
      await this.#xmpp.getRoster();
      this.#xmpp.sendPresence();
      this.#changed();
    });
  }

  #followContacts(): void {
    const changed = (): void => this.#changed();
    this.#xmpp.on('rosterUpdate', changed);
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
