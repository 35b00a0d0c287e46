import type { Message } from '@sestina/core';
import { MessageCorrection } from '@sestina/xep-0308';
import { MessageRetraction } from '@sestina/xep-0424';
import { MessageReactions } from '@sestina/xep-0444';
import { MessageReplies } from '@sestina/xep-0461';
import { reasonOf } from '../reason.js';
import type { Conversation } from '../store/conversation.js';
import { type Line, PLAIN } from '../store/line.js';
import type { Deliveries } from './deliveries.js';
import type { Original } from './originals.js';
import type { Parts } from './parts.js';

/** What we say, and what we say of what was said. */
export class Outgoing {
  readonly #parts: Parts & { readonly deliveries: Deliveries };

  constructor(parts: Parts & { readonly deliveries: Deliveries }) {
    this.#parts = parts;
  }

  /** Says something; `answers` is the key of the line that it answers. */
  send(conversation: Conversation, text: string, answers?: string): void {
    const { xmpp, originals } = this.#parts;
    const answered = answers === undefined ? undefined : originals.get(answers);
    if (!answered) {
      this.say(conversation, this.message(conversation, text));
      return;
    }
    const init = { id: xmpp.random.id(), body: text };
    // In a room that gives messages no ids the quote says what is answered.
    const reply = xmpp.plugin(MessageReplies).compose(answered.message, init, { quote: true });
    this.say(conversation, reply, { text, answers });
  }

  /** Says a message of ours, and shows it at once. @param shown What of its line is not its body. */
  say(conversation: Conversation, message: Message, shown: Partial<Line> = {}): void {
    const { originals, people, conversations, changed } = this.#parts;
    const { key } = originals.keep(message);
    conversation.add({
      ...PLAIN,
      key,
      mine: true,
      speaker: people.self,
      at: new Date(),
      order: originals.orderOf(false),
      text: message.body ?? '',
      state: 'waiting',
      ...shown,
    });
    conversations.added(conversation, () => true);
    changed();
    void this.#deliver(conversation, key, message);
  }

  /** A message for a conversation, with an id, so that it is known again when it comes back. */
  message({ jid, kind }: Conversation, body: string | undefined, id = this.#parts.xmpp.random.id()): Message {
    return this.#parts.xmpp.message({ to: jid, type: kind === 'room' ? 'groupchat' : 'chat', body, id });
  }

  /** Once more, what did not arrive: the same message with another id, since one that came back may be known by the first. */
  retry(conversation: Conversation, { key, text, answers, files }: Line): void {
    const original = this.#parts.originals.get(key);
    if (!original) return;
    conversation.remove(key);
    const again = original.message.copy();
    again.id = this.#parts.xmpp.random.id();
    this.say(conversation, again, { text, answers, files });
  }

  correct(conversation: Conversation, key: string, text: string): void {
    const shown = { text, edited: true };
    this.#about(conversation, key, shown, ({ message }, xmpp) => xmpp.plugin(MessageCorrection).correct(message, text));
  }

  retract(conversation: Conversation, key: string): void {
    const shown = { text: '', files: [], reactions: new Map(), retracted: true };
    this.#about(conversation, key, shown, ({ facts }, xmpp) => xmpp.plugin(MessageRetraction).retract(facts));
  }

  /** One reaction more, or one less. */
  react(conversation: Conversation, key: string, emoji: string): void {
    this.#about(conversation, key, {}, ({ facts }, xmpp) => xmpp.plugin(MessageReactions).toggle(facts, emoji));
  }

  /** The message behind a line; undefined for one that is not known any more, or of which nothing can be said yet. */
  original(key: string): Original | undefined {
    return this.#parts.originals.get(key);
  }

  /** Says something of a message. Nobody can where a room gives its messages no ids: that is said there. */
  #about(
    conversation: Conversation,
    key: string,
    shown: Partial<Line>,
    say: (original: Original, xmpp: Parts['xmpp']) => unknown,
  ): void {
    const { xmpp, originals, changed } = this.#parts;
    const original = originals.get(key);
    if (!original) return;
    try {
      say(original, xmpp);
      conversation.change(key, { ...shown, refused: '' });
    } catch (error) {
      conversation.change(key, { refused: reasonOf(error) });
    }
    changed();
  }

  /** What is said in a room waits until we are in. */
  async #deliver(conversation: Conversation, key: string, message: Message): Promise<void> {
    const { rooms, deliveries, changed } = this.#parts;
    const { jid, kind } = conversation;
    try {
      if (kind === 'room' && !rooms.isReady(jid)) await rooms.ready(jid);
      deliveries.follow(message.send(), conversation, key);
    } catch (error) {
      conversation.change(key, { state: 'failed', reason: reasonOf(error) });
      changed();
    }
  }
}
