import {
  type Audience,
  BaseXMPP,
  type JID,
  type Message,
  type MessageContext,
  type MessageSources,
  Plugin,
} from '@sestina/core';
import { audienceOption, booleanOption, checkOption, isOneOf } from '@sestina/core/connection';
import type { Author } from '@sestina/core/handlers';
import { Coalescer, LruMap, weightOf } from '@sestina/core/util';
import { type MessageFacts, MessageIndex, messageBeside, referenceTo, TargetFinder } from '@sestina/message-index';
import type { Room } from '@sestina/xep-0045';
import '@sestina/xep-0334';
import { identityOf, Positions } from './positions.js';
import { Acknowledged, Displayed, MarkerReceived, NS_MARKERS } from './stanza.js';

/** Somebody has been shown a message, and all before it. */
export interface DisplayedReceived {
  /** The other side of the conversation: a bare address, or that of an occupant for a private message in a room. */
  readonly peer: JID;
  readonly by: Author;
  /** `received` is told by old programs: the message has arrived there, and no more. */
  readonly kind: 'displayed' | 'received';
  readonly facts: MessageFacts;
  /** The way on which the marker came. */
  readonly source: keyof MessageSources;
}

/** Another device of ours has shown a message, and all before it. */
export interface DisplayedElsewhere {
  readonly peer: JID;
  readonly facts: MessageFacts;
  readonly source: keyof MessageSources;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Somebody has been shown a message, and all before it (XEP-0333). */
    displayedReceived: DisplayedReceived;
    /** Another device of ours has shown a message, and all before it (XEP-0333): it need not be notified of any more. */
    displayedElsewhere: DisplayedElsewhere;
  }
}

/** Options of `DisplayedMarkers`. */
export class DisplayedMarkersOptions {
  /**
   * Whether what we say in chats asks to be told when it was shown.
   * @default true
   */
  request = true;
  /**
   * Who is told what was shown here.
   * @default 'contacts'
   */
  send: Audience = 'contacts';
  /**
   * In which rooms it is told: `private` are those for members only who see each other's addresses.
   * @default 'private'
   */
  rooms: 'all' | 'never' | 'private' = 'private';
  /**
   * Milliseconds in which further messages are waited for, so that one marker stands for all.
   * @default 1_000
   */
  delay = 1_000;
}

const SOURCES = ['stream', 'carbon', 'archive'] as const;

/** XEP-0333: Displayed Markers, version 1.0.0. Tells others what was shown here, and us what was shown there. */
export class DisplayedMarkers extends Plugin {
  static override readonly id = 'xep-0333';
  static override readonly Options = DisplayedMarkersOptions;
  static override readonly inject = [BaseXMPP, DisplayedMarkersOptions, MessageIndex] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: DisplayedMarkersOptions;
  readonly #index: MessageIndex;
  readonly #finder: TargetFinder;
  readonly #theirs = new Positions();
  readonly #ours = new Positions();
  /** By conversation, the newest message that was shown and not told of. */
  readonly #due = new LruMap<string, Message>({
    maxEntries: 1_000,
    maxBytes: 4_194_304,
    sizeOf: ({ xml }) => 500 + weightOf(xml),
  });
  /** The rooms that we are in. */
  readonly #rooms = new Map<string, Room>(); // bound: rooms that the program enters
  readonly #coalescer: Coalescer;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, options: DisplayedMarkersOptions, index: MessageIndex) {
    super();
    const { request, send, rooms, delay } = options;
    booleanOption('request', request);
    audienceOption('send', send);
    checkOption('rooms', rooms, isOneOf(rooms, 'all', 'never', 'private'), "'all', 'never' or 'private'");
    checkOption('delay', delay, Number.isFinite(delay) && delay >= 0, 'milliseconds from 0');
    this.#xmpp = xmpp;
    this.#options = options;
    this.#index = index;
    this.#finder = this.own(new TargetFinder(xmpp, index));
    this.#coalescer = new Coalescer(xmpp.clock, {
      run: () => this.#flush(),
      failed: (error) => xmpp.reportError(error, 'sending a marker'),
      delay,
    });
    this.own({ dispose: () => this.#coalescer.dispose() }, xmpp.advertise(NS_MARKERS));
    for (const payload of [Displayed, Acknowledged, MarkerReceived] as const) {
      this.own(
        xmpp.messages.classify(payload, ({ body }) => (body === undefined ? 'signal' : undefined)),
        xmpp.onMessage((message, { id }: { id: string | undefined }) => this.#arrived(message, id, payload), {
          ...this.#finder.inOrder,
          payload,
          sources: SOURCES,
        }),
      );
    }
    if (request) this.own(xmpp.messages.decorate((copy, context) => ask(copy, context)));
    this.own(
      xmpp.on('roomJoined', ({ room }) => void this.#rooms.set(`${room.jid} ${room.own ?? ''}`, room)),
      xmpp.on('roomLeft', ({ room }) => this.#left(room)),
    );
  }

  /**
   * A message was shown, and all before it in its conversation. After `delay` its sender is told, or the room, once for all that were shown;
   * nobody is told of messages of our own, of what did not ask for it in a chat, and of what was said before what was told already.
   */
  displayed(message: Message): void {
    this.lifetime.throwIfAborted();
    const { context, markable, type } = message;
    if (context.way !== 'in' || context.class !== 'content' || type === 'error' || type === 'headline') return;
    if (context.kind !== 'room' && !markable) return;
    const key = this.#conversationOf(message);
    const before = this.#due.peek(key);
    if (before && (before.context.sentAt?.getTime() ?? 0) > (context.sentAt?.getTime() ?? 0)) return;
    this.#due.set(key, message.compact());
    this.#coalescer.schedule();
  }

  async #flush(): Promise<void> {
    for (const key of [...this.#due.keys()]) {
      const message = this.#due.peek(key);
      this.#due.delete(key);
      try {
        if (message && (await this.#mayKnow(message)) && !this.lifetime.aborted) await this.#send(key, message);
      } catch (error) {
        // What cannot be referred to, since its sender gave it no id, keeps nobody else waiting.
        this.#xmpp.reportError(error, 'sending a marker');
      }
    }
  }

  async #mayKnow({ from, to, context: { kind } }: Message): Promise<boolean> {
    const { rooms, send } = this.#options;
    if (kind !== 'room') return this.#xmpp.admits(send, from, to);
    if (rooms === 'never' || send === 'nobody' || !from || this.#xmpp.claimOf(from, to)?.kind !== 'room') return false;
    const own = this.#xmpp.isComponent ? to : '';
    const info = this.#rooms.get(`${from.bare} ${own}`)?.info;
    return rooms === 'all' || (info?.membersOnly === true && info.nonAnonymous);
  }

  async #send(key: string, message: Message): Promise<void> {
    const facts = await this.#index.original(this.#index.note(message));
    if (this.lifetime.aborted || !this.#ours.advance(key, 'us', this.#index.note(message))) return;
    const marker = messageBeside(this.#xmpp, message);
    marker.chatMarker = { kind: 'displayed', id: referenceTo(facts, 'marker') };
    marker.hints = ['store'];
    this.#xmpp.send(marker);
  }

  async #arrived(message: Message, id: string | undefined, payload: { readonly tag: string }): Promise<void> {
    const { context } = message;
    const inRoom = context.kind === 'room';
    if (!id || message.type === 'headline') return;
    const target = { ref: inRoom ? id : ({ kind: 'message', id } as const) };
    const facts = await this.#finder.find(message, target);
    if (this.lifetime.aborted) return;
    const received = payload.tag === MarkerReceived.tag;
    if (facts) this.#take(message, facts, received);
    // Nothing is known of an invented one, and nothing changes; what an archive gives later is another matter.
    else this.#finder.later(message, target, (kept, found) => this.#take(kept, found, received));
  }

  #take(message: Message, facts: MessageFacts, received: boolean): void {
    const { context } = message;
    const { peer, way, author: by, kind, source } = context;
    const key = this.#conversationOf(message);
    if (way === 'out') {
      if (facts.way === 'in' && !received && this.#ours.advance(key, 'us', facts)) {
        this.#xmpp.emit('displayedElsewhere', { peer, facts, source });
      }
      return;
    }
    const who = identityOf(by);
    // In a chat the other side is shown what we have said.
    if (who === undefined || (kind !== 'room' && facts.way !== 'out')) return;
    if (received) this.#xmpp.emit('displayedReceived', { peer, by, kind: 'received', facts, source });
    else if (this.#theirs.advance(key, who, facts)) {
      this.#xmpp.emit('displayedReceived', { peer, by, kind: 'displayed', facts, source });
    }
  }

  #conversationOf({ to, from, context: { peer, way } }: Message): string {
    const own = this.#xmpp.isComponent ? (way === 'in' || from?.bare.equals(peer.bare) ? to : from)?.bare : '';
    return `${own} ${peer}`;
  }

  #left({ jid: room, own }: Room): void {
    this.#rooms.delete(`${room} ${own ?? ''}`);
    this.#theirs.forget(room);
    this.#ours.forget(room);
    this.#finder.forget(({ context }) => context.peer.bare.equals(room));
    for (const key of [...this.#due.keys()]) {
      if (this.#due.peek(key)?.context.peer.bare.equals(room)) this.#due.delete(key);
    }
  }
}

/** Lets what we say in a chat ask. */
function ask(copy: Message, { kind, class: what }: MessageContext): void {
  if (kind === 'room' || what !== 'content' || !copy.id || (copy.type !== 'chat' && copy.type !== 'normal')) return;
  copy.markable = true;
}
