import type { BaseXMPP, JID, Message, MessageContext, MessageInit, Sending, SendOptions } from '@sestina/core';
import type { NotInRoomError } from './errors.js';
import { HistoryWindow, isSubject } from './history-window.js';
import { Outbox } from './outbox.js';
import type { RoomEmitter } from './room-events.js';
import type { RoomSending, RoomSendOptions } from './room-sending.js';
import { MucUser } from './stanza.js';

/** What a conversation takes from its room. */
export interface ConversationHost {
  readonly xmpp: BaseXMPP;
  readonly jid: JID;
  readonly own: JID | undefined;
  readonly emitter: RoomEmitter;
  /** What we are called, and what we have asked to be called. */
  nicks(): { readonly nick: string; readonly asked: string | undefined };
  /** We are being let in, or are in; undefined otherwise. */
  presence(): 'entering' | 'inside' | undefined;
  /** The room does not know us any more. */
  forgotten(): void;
}

/** What is said in a room, by us and by others. */
export class Conversation {
  readonly #host: ConversationHost;
  readonly #window: HistoryWindow;
  readonly #outbox: Outbox;
  /** The subject, once the room has told it. */
  subject: string | undefined;
  /** When something was said last, in milliseconds since 1970; undefined where we were never in. */
  heardAt: number | undefined;

  constructor(host: ConversationHost, resend: boolean) {
    this.#host = host;
    const { xmpp, jid } = host;
    this.#window = new HistoryWindow(jid);
    this.#outbox = new Outbox(
      { clock: xmpp.clock, jid, send: (message, how) => xmpp.send(message, how), forgotten: () => host.forgotten() },
      resend,
    );
  }

  /** We are about to enter: what is repeated comes now, and what we say waits. */
  begins(): void {
    this.#window.open();
    this.#outbox.hold();
  }

  /** We are in: what waits is said. */
  open(): void {
    this.heardAt ??= this.#host.xmpp.clock.now();
    this.#outbox.open();
  }

  /** We are out for the moment. */
  hold(): void {
    this.#outbox.hold();
  }

  /** Nothing more is said. */
  close(reason: NotInRoomError): void {
    this.#outbox.close(reason);
  }

  /** Says something to all, as soon as we are in. */
  say(content: string | MessageInit, options: RoomSendOptions): RoomSending {
    const { xmpp, jid, own } = this.#host;
    const init = typeof content === 'string' ? { body: content } : content;
    const message = xmpp.message({ id: xmpp.random.id(), ...init, from: own, to: jid, type: 'groupchat' });
    return this.#outbox.add(message, options);
  }

  /** Says something to one occupant alone. */
  whisper(nick: string, content: string | MessageInit, options: SendOptions | undefined): Sending {
    const { xmpp, jid, own } = this.#host;
    const init = typeof content === 'string' ? { body: content } : content;
    const message = xmpp.message({ type: 'chat', ...init, from: own, to: jid.withResource(nick) });
    if (!message.muc) message.muc = new MucUser();
    return xmpp.send(message, options);
  }

  /** Fills in what is known of a message as it arrives, before anybody hears it. */
  describe(message: Message, context: MessageContext): void {
    const { from, type, id } = message;
    if (type !== 'groupchat' || !from) return;
    if (this.#window.has(message)) {
      context.history = true;
      context.source = 'history';
      return;
    }
    const { nick, asked } = this.#host.nicks();
    if (this.#host.presence() !== 'inside' || from.resource === undefined) return;
    if (from.resource !== nick && !(from.resource === asked && this.#outbox.has(id))) return;
    // Our own words come back: nobody is to answer them. What they are is found out before their way is another one.
    const { peer, kind, author } = context;
    Object.assign(context, { peer, kind, author, way: 'out' });
  }

  /** Takes in a message. @returns whether it was the subject. */
  take(message: Message): boolean {
    const { from, type } = message;
    if (type === 'error') {
      this.#outbox.refused(message);
      return false;
    }
    if (!this.#host.presence() || !from) return false;
    if (type === 'groupchat') return this.#groupchat(message, from);
    if (from.isFull && message.context.class === 'content') this.#host.emitter.said('whisper', message);
    return false;
  }

  #groupchat(message: Message, from: JID): boolean {
    const { history, way } = message.context;
    const { emitter, xmpp, nicks } = this.#host;
    const nick = from.resource;
    this.heardAt = xmpp.clock.now();
    if (nick !== undefined && (way === 'out' || nick === nicks().nick)) this.#outbox.heard(message, !history);
    if (!isSubject(message)) {
      if (message.context.class === 'content') emitter.said('message', message);
      return false;
    }
    this.subject = message.subject ?? '';
    emitter.emit('subject', { subject: this.subject, nick, message: message.compact() });
    return true;
  }
}
