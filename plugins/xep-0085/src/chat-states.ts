import {
  BaseXMPP,
  JID,
  type Message,
  type MessageSources,
  Plugin,
  Registration,
  type RequestOptions,
} from '@sestina/core';
import { within } from '@sestina/core/util';
import { KnownFeatures } from '@sestina/xep-0115';
import { NS_DELAY } from '@sestina/xep-0203';
import { conversationOf, conversationWith, isKnown, ownAddress } from './conversation.js';
import { type Heard, HeardStates, type PeerState } from './heard-states.js';
import { ChatStatesOptions, checkStateOptions } from './options.js';
import { OwnStates } from './own-states.js';
import { type ChatState, NS_CHATSTATES } from './stanza.js';

/** What somebody does in a conversation has changed. */
export interface ChatStateChange {
  /** The other side: a bare address; a room; an occupant in a private conversation. */
  readonly peer: JID;
  /** Who does it: a bare address; in a room an occupant. We ourselves, where `way` is `out`. */
  readonly author: JID;
  /** Undefined where they were composing and are not any more, as far as one can tell. */
  readonly state: ChatState | undefined;
  /** What they did before, as far as that is known. */
  readonly previous: ChatState | undefined;
  /** `out` for what we do on another device. */
  readonly way: 'in' | 'out';
  /** The way on which it was heard of. */
  readonly source: keyof MessageSources;
  /** Whether nobody has said so: they were not heard of for a while, are gone, or have said something without a state. */
  readonly expired: boolean;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Somebody writes, has stopped to write, looks elsewhere, … (XEP-0085). */
    chatStateChanged: ChatStateChange;
  }
}

/** Options of the methods of `ChatStates`. */
export interface StateOptions {
  /** Which address of a component it is. */
  readonly from?: JID | string | undefined;
}

/** XEP-0085: Chat State Notifications, version 2.1. Tells others whether we write, and what they do. */
export class ChatStates extends Plugin {
  static override readonly id = 'xep-0085';
  static override readonly Options = ChatStatesOptions;
  static override readonly inject = [BaseXMPP, ChatStatesOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #own: OwnStates;
  readonly #heard: HeardStates;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, options: ChatStatesOptions) {
    super();
    checkStateOptions(options);
    this.#xmpp = xmpp;
    this.#own = new OwnStates(xmpp, options, this.lifetime);
    this.#heard = new HeardStates(xmpp.clock, options.expireAfter, (before) => this.#expired(before));
    this.own(
      // What others do is forgotten at the end of the session, which comes before this.
      new Registration(() => this.#own.clear()),
      xmpp.plugins.whenInstalled(KnownFeatures, (caps) => this.#learnFrom(caps)),
      // Encrypted together with what it says.
      xmpp.messages.transform('out', (message, context) => this.#leaving(message, context.class === 'content'), {
        before: 'xep-0384',
      }),
      xmpp.onMessage((message) => this.#arrived(message), {
        type: ['chat', 'groupchat'],
        sources: ['stream', 'carbon'],
      }),
      xmpp.onPresence(({ from, to }) => from && this.#left(from, to), { type: 'unavailable' }),
    );
    if (options.send !== 'nobody') this.own(xmpp.advertise(NS_CHATSTATES));
  }

  override sessionEnd(): void {
    this.#own.clear();
    this.#heard.clear();
  }

  /** A key was struck in a conversation: to be called at each. We are composing, and after a while without it paused, then inactive. */
  typed(peer: JID | string, { from }: StateOptions = {}): void {
    this.#own.typed(conversationWith(this.#xmpp, peer, from), JID.from(peer));
  }

  /** Something was said in a conversation otherwise than by a message of this connection, which is seen by itself. */
  sent(peer: JID | string, { from }: StateOptions = {}): void {
    this.#own.sent(conversationWith(this.#xmpp, peer, from), JID.from(peer));
  }

  /** Somebody looks at a conversation: we are active. */
  focus(peer: JID | string, options: StateOptions = {}): void {
    this.#show(peer, 'active', options);
  }

  /** Nobody looks at a conversation any more: we are inactive. */
  blur(peer: JID | string, options: StateOptions = {}): void {
    this.#show(peer, 'inactive', options);
  }

  /** A conversation was closed, or a room left: we are inactive, or gone where the option says so. What it was is forgotten. */
  close(peer: JID | string, { from }: StateOptions = {}): void {
    const conversation = conversationWith(this.#xmpp, peer, from);
    this.#heard.forget(conversation.key);
    void this.#own.close(conversation, JID.from(peer));
  }

  /**
   * Tells a state in a message of its own.
   * @returns whether it was sent. Not where it was told last, where they do not know states or may not know ours, where there is no
   *   session, and to rooms where these are not told.
   * @throws JidError for what is no address; TimeoutError where it is not found out in time whether they may know; the signal's reason.
   */
  async send(
    peer: JID | string,
    state: ChatState,
    { from, signal: given, timeout = this.#xmpp.timeout }: StateOptions & RequestOptions = {},
  ): Promise<boolean> {
    const conversation = conversationWith(this.#xmpp, peer, from);
    const to = JID.from(peer);
    return this.untilRemoved(given, (signal) =>
      within(this.#xmpp.clock, (over) => this.#own.tell(conversation, to, state, over), {
        what: `whether ${conversation.peer} may know a chat state`,
        timeout,
        signal,
      }),
    );
  }

  /** Nobody waits for it, and a plugin that was removed tells nothing. */
  #show(peer: JID | string, state: ChatState, { from }: StateOptions): void {
    void this.#own.tell(conversationWith(this.#xmpp, peer, from), JID.from(peer), state);
  }

  /** What the others in a conversation do, as far as they have said so. */
  of(peer: JID | string, { from }: StateOptions = {}): readonly PeerState[] {
    return this.#heard.of(conversationWith(this.#xmpp, peer, from).key);
  }

  #learnFrom(caps: KnownFeatures): Registration {
    this.#own.caps = caps;
    return new Registration(() => {
      this.#own.caps = undefined;
    });
  }

  #leaving(message: Message, isContent: boolean): Message {
    const { type } = message;
    const conversation = conversationOf(this.#xmpp, message);
    const fits = type === (conversation.kind === 'room' ? 'groupchat' : 'chat');
    if (fits) this.#own.ride(message, conversation, isContent);
    return message;
  }

  #arrived(message: Message): void {
    const { context, chatState: state, from } = message;
    // What was true when it was sent.
    if (!from || context.history || message.xml.child('delay', NS_DELAY)) return;
    const { peer, way, source, kind } = context;
    // Our own, as a room gives it back.
    if (way === 'out' && source === 'stream') return;
    const conversation = conversationOf(this.#xmpp, message);
    // A note to ourselves.
    if (peer.equals(conversation.own)) return;
    const isContent = context.class === 'content';
    const answers = way === 'in' && source === 'stream' && kind !== 'room';
    if (answers && (isContent || state !== undefined)) this.#own.heard(conversation, message);
    const author = way === 'out' ? conversation.own : context.author.jid;
    if (state === undefined) {
      if (isContent) this.#heard.spoke(conversation.key, author);
      return;
    }
    if (state === 'gone' && kind === 'room') return;
    const since = new Date(this.#xmpp.clock.now());
    const heard: Heard = { conversation: conversation.key, peer, author, from, way, source, state, since };
    const previous = this.#heard.set(heard, isKnown(this.#xmpp, conversation));
    if (previous === state) return;
    this.#xmpp.emit('chatStateChanged', { peer, author, state, previous, way, source, expired: false });
  }

  #left(from: JID, to: JID | undefined): void {
    const own = ownAddress(this.#xmpp, to);
    this.#own.left(own, from);
    this.#heard.left(own, from);
  }

  #expired({ peer, author, way, source }: Heard): void {
    const ended = { state: undefined, previous: 'composing', expired: true } as const;
    this.#xmpp.emit('chatStateChanged', { peer, author, way, source, ...ended });
  }
}
