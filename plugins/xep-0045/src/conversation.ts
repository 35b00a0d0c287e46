import type { BaseXMPP, JID, Message, MessageContext, MessageInit, Sending, SendOptions } from '@sestina/core';
import type { Author } from '@sestina/core/handlers';
import type { NotInRoomError } from './errors.js';
import { HistoryWindow, isSubject } from './history-window.js';
import type { Occupant } from './occupant.js';
import { Outbox } from './outbox.js';
import type { RoomEmitter } from './room-events.js';
import type { RoomSending, RoomSendOptions } from './room-sending.js';
import { MucUser } from './stanza.js';

declare module '@sestina/core/handlers' {
  interface Author {
    /** Of an occupant of a room, the address that the room itself says is behind it. */
    realJid?: JID;
    /** Of an occupant of a room, the number of its unbroken stay there: a nick that left and came back may be somebody else. */
    stay?: number;
  }
}

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
  /** Whether a private message was not told before. */
  isNew(message: Message): boolean;
  /** Who is there by that nick. */
  occupant(nick: string): Occupant | undefined;
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

  /** Fills in what is known of a message, as it arrives or is sent, before anybody hears it. */
  describe(message: Message, context: MessageContext): void {
    if (context.way === 'out') this.#sent(message, context);
    else this.#arrived(message, context);
  }

  /** In a room we say something as one of its occupants. */
  #sent({ type, to }: Message, context: MessageContext): void {
    const me = this.#occupant(this.#host.nicks().nick);
    const isPrivate = to?.isFull === true && type !== 'groupchat';
    if (me && (isPrivate || type === 'groupchat')) context.author = authorOf(me);
  }

  #arrived(message: Message, context: MessageContext): void {
    const { from, type, id } = message;
    if (!from) return;
    const isGroupchat = type === 'groupchat';
    if (isGroupchat && this.#window.has(message)) {
      context.history = true;
      context.source = 'history';
      return;
    }
    if (from.resource === undefined || this.#host.presence() !== 'inside') return;
    const occupant = this.#occupant(from.resource);
    if (occupant) context.author = authorOf(occupant);
    const { nick, asked } = this.#host.nicks();
    if (!isGroupchat || (from.resource !== nick && !(from.resource === asked && this.#outbox.has(id)))) return;
    // Our own words come back: nobody is to answer them. What they are is found out before their way is another one.
    const { peer, kind, author } = context;
    Object.assign(context, { peer, kind, author, way: 'out' });
  }

  /** Who says something now; while we are not in, nobody knows who has a nick. */
  #occupant(nick: string): Occupant | undefined {
    return this.#host.presence() === 'inside' ? this.#host.occupant(nick) : undefined;
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
    if (from.isFull) this.#whispered(message);
    return false;
  }

  /** Takes in the copy of a private message that another device of ours has sent, or was sent (XEP-0280). */
  copied(message: Message): void {
    if (this.#host.presence()) this.#whispered(message);
  }

  #whispered(message: Message): void {
    if (message.context.class === 'content' && this.#host.isNew(message)) this.#host.emitter.said('whisper', message);
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

/** What decides whether two messages are by the same occupant. */
function authorOf({ jid, realJid, stay }: Occupant): Author {
  return realJid ? { jid, realJid, stay } : { jid, stay };
}
