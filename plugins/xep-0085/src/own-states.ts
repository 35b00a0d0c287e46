import { type BaseXMPP, type JID, type Message, type Timer, XmlElement } from '@sestina/core';
import { ownString } from '@sestina/core/util';
import type { KnownFeatures } from '@sestina/xep-0115';
import { NS_HINTS } from '@sestina/xep-0334';
import { type Conversation, isEntered, isKnown } from './conversation.js';
import type { ChatStatesOptions } from './options.js';
import { PeerTable } from './peer-table.js';
import { type ChatState, NS_CHATSTATES } from './stanza.js';

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
// What is older than that is not true any more.
const TTL = 10_000;
const LONGEST_THREAD = 256;

/** What the other side of a conversation knows of us. */
interface Told {
  readonly conversation: Conversation;
  /** Where our messages go. */
  to: JID;
  /** What they were told last. */
  state: ChatState | undefined;
  /** What they are to be told. */
  wanted: ChatState | undefined;
  /** Whether they have answered with a state, or without one (XEP-0085 §5.1). */
  answered: boolean | undefined;
  /** The resource that has answered. */
  by: JID | undefined;
  thread: string | undefined;
  timer: Timer | undefined;
}

/** Our own states: one machine for each conversation. */
export class OwnStates {
  readonly #xmpp: BaseXMPP;
  readonly #options: ChatStatesOptions;
  readonly #lifetime: AbortSignal;
  readonly #all = new PeerTable<Told>((told) => told.timer?.cancel());
  /** Knows who has the feature, where it is installed. */
  caps: KnownFeatures | undefined;

  constructor(xmpp: BaseXMPP, options: ChatStatesOptions, lifetime: AbortSignal) {
    this.#xmpp = xmpp;
    this.#options = options;
    this.#lifetime = lifetime;
  }

  /** A key was struck. */
  typed(conversation: Conversation, to: JID): void {
    if (this.#lifetime.aborted) return;
    const told = this.#told(conversation, to);
    const { pausedAfter, inactiveAfter } = this.#options;
    void this.#tell(told, 'composing');
    this.#after(told, pausedAfter, () => {
      void this.#tell(told, 'paused');
      this.#inactiveAfter(told, Math.max(0, inactiveAfter - pausedAfter));
    });
  }

  /** Tells a state now, where it may be told and was not told last, and nobody has given up before that is known. */
  async tell(conversation: Conversation, to: JID, state: ChatState, signal = this.#lifetime): Promise<boolean> {
    if (signal.aborted) return false;
    const told = this.#told(conversation, to);
    told.timer?.cancel();
    if (state === 'active') this.#inactiveAfter(told, this.#options.inactiveAfter);
    return this.#tell(told, state, signal);
  }

  /** A message was sent: that we are active is known by it. */
  sent(conversation: Conversation, to: JID): void {
    if (this.#lifetime.aborted) return;
    const told = this.#told(conversation, to);
    told.state = 'active';
    told.wanted = 'active';
    this.#inactiveAfter(told, this.#options.inactiveAfter);
  }

  /** The conversation is over: nothing of it is kept. */
  async close(conversation: Conversation, to: JID): Promise<void> {
    if (this.#lifetime.aborted) return;
    const told = this.#told(conversation, to);
    told.timer?.cancel();
    const last = this.#tell(told, this.#options.gone && conversation.kind !== 'room' ? 'gone' : 'inactive');
    this.#all.delete(conversation.key);
    await last;
  }

  /** Puts `active` onto a message that says something; of one with a state of its own it is noted. */
  ride(message: Message, conversation: Conversation, isContent: boolean): void {
    const { to, thread } = message;
    if (!to || !this.#isFor(conversation)) return;
    // The last word of a conversation that was closed begins no other one.
    if (!isContent && !this.#all.get(conversation.key)) return;
    const told = this.#told(conversation, to);
    if (thread !== undefined) told.thread = short(thread);
    if (isContent && message.chatState === undefined && this.#supported(told) !== false) message.chatState = 'active';
    const { chatState: state } = message;
    if (isContent) this.sent(conversation, to);
    if (state === undefined) return;
    told.state = state;
    told.wanted = state;
    // What comes after it is another conversation (XEP-0085 §5.7).
    if (state === 'gone') told.thread = undefined;
  }

  /** Something was heard, with a state or without. */
  heard(conversation: Conversation, message: Message): void {
    const { from, thread, chatState } = message;
    if (!from || !this.#isFor(conversation)) return;
    const told = this.#told(conversation, undefined);
    told.answered = chatState !== undefined;
    told.by = from;
    told.thread = thread === undefined || chatState === 'gone' ? undefined : short(thread);
  }

  /** Who has answered is gone: another device may not know states. */
  left(own: JID, from: JID): void {
    for (const told of this.#all) {
      const { by } = told;
      if (!by || !told.conversation.own.equals(own) || !(by.equals(from) || (from.isBare && by.bare.equals(from))))
        continue;
      Object.assign(told, { answered: undefined, by: undefined, state: undefined });
    }
  }

  /** Forgets all. */
  clear(): void {
    for (const told of this.#all.clear()) told.timer?.cancel();
  }

  #told(conversation: Conversation, to: JID | undefined): Told {
    const found = this.#all.get(conversation.key);
    if (found) {
      if (to) found.to = to;
      return found;
    }
    const told: Told = {
      conversation,
      to: to ?? conversation.peer,
      state: undefined,
      wanted: undefined,
      answered: undefined,
      by: undefined,
      thread: undefined,
      timer: undefined,
    };
    this.#all.set(conversation.key, told, isKnown(this.#xmpp, conversation));
    return told;
  }

  /** Whether states are for that conversation at all. */
  #isFor({ kind, peer, own }: Conversation): boolean {
    const { send, rooms } = this.#options;
    if (send === 'nobody' || (kind === 'chat' && peer.equals(own))) return false;
    return kind !== 'room' || rooms;
  }

  /** Whether they know what a state is: what their program says of itself counts before how it has answered. */
  #supported({ conversation: { kind }, to, answered }: Told): boolean | undefined {
    if (kind === 'room') return true;
    const announced = kind === 'chat' ? this.caps?.supportsNow(to, NS_CHATSTATES) : undefined;
    return announced ?? answered;
  }

  // Nobody waits for most of it: what becomes of the message is told by the event `sendFailed`.
  async #tell(told: Told, state: ChatState, signal = this.#lifetime): Promise<boolean> {
    told.wanted = state;
    const { conversation } = told;
    if (told.state === state || !this.#xmpp.online || !this.#isFor(conversation)) return false;
    if ((conversation.kind === 'room' && state === 'gone') || !this.#supported(told)) return false;
    if (!(await this.#admits(conversation)) || this.#lifetime.aborted || signal.aborted) return false;
    // Something may have been said while that was found out.
    if (told.wanted !== state || told.state === state) return false;
    told.state = state;
    this.#standalone(told, state).send({ ttl: TTL });
    return true;
  }

  #admits(conversation: Conversation): Promise<boolean> | boolean {
    const { send } = this.#options;
    if (send === 'contacts' && isEntered(this.#xmpp, conversation)) return true;
    return this.#xmpp.admits(send, conversation.peer, conversation.own);
  }

  #standalone({ conversation: { kind, peer, from }, to, thread }: Told, state: ChatState): Message {
    const room = kind === 'room';
    const type = room ? 'groupchat' : 'chat';
    const message = this.#xmpp.message({ to: room ? peer : to, from, type, thread, chatState: state });
    // In a minute it is not true any more.
    message.xml.append(new XmlElement('no-store', NS_HINTS));
    if (kind === 'private') message.xml.append(new XmlElement('x', NS_MUC_USER));
    return message;
  }

  #inactiveAfter(told: Told, delay: number): void {
    this.#after(told, delay, () => void this.#tell(told, 'inactive'));
  }

  #after(told: Told, delay: number, act: () => void): void {
    told.timer?.cancel();
    told.timer = this.#xmpp.clock.setTimer(delay, act, { background: true });
  }
}

/** One that somebody else has made up is kept where it is no longer than any that is meant. */
function short(thread: string): string | undefined {
  return thread.length <= LONGEST_THREAD ? ownString(thread) : undefined;
}
