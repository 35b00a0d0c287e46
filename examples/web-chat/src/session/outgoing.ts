import type { Message, Sending } from '@sestina/core';
import { MessageCorrection } from '@sestina/xep-0308';
import { MessageRetraction } from '@sestina/xep-0424';
import { MessageReactions } from '@sestina/xep-0444';
import { MessageReplies } from '@sestina/xep-0461';
import type { Conversation } from '../store/conversation.js';
import { type Attachment, type Line, PLAIN } from '../store/line.js';
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
    const { xmpp } = this.#parts;
    const answered = answers === undefined ? undefined : this.#parts.originals.get(answers);
    if (!answered) {
      this.say(conversation, this.message(conversation, text));
      return;
    }
    const id = xmpp.random.id();
    // In a room that gives messages no ids the quote says what is answered.
    const sending = xmpp.plugin(MessageReplies).reply(answered.message, { id, body: text }, { quote: true });
    this.#show(conversation, sending, this.message(conversation, text, id), { answers });
  }

  /** Says a message of ours, and shows it at once. */
  say(conversation: Conversation, message: Message, files: readonly Attachment[] = []): void {
    this.#show(conversation, message.send(), message, { files });
  }

  /** A message for a conversation, with an id, so that it is known again when it comes back. */
  message({ jid, kind }: Conversation, body: string | undefined, id = this.#parts.xmpp.random.id()): Message {
    return this.#parts.xmpp.message({ to: jid, type: kind === 'room' ? 'groupchat' : 'chat', body, id });
  }

  /** Once more, what did not arrive. */
  retry(conversation: Conversation, { key, text, answers }: Line): void {
    const original = this.#parts.originals.get(key);
    conversation.remove(key);
    if (original && original.message.body !== text && answers === undefined) {
      const again = original.message.copy();
      again.id = this.#parts.xmpp.random.id();
      this.say(conversation, again);
    } else this.send(conversation, text, answers);
  }

  correct(conversation: Conversation, key: string, text: string): void {
    const original = this.#parts.originals.get(key);
    if (!original) return;
    this.#parts.xmpp.plugin(MessageCorrection).correct(original.message, text);
    conversation.change(key, { text, edited: true });
    this.#parts.changed();
  }

  retract(conversation: Conversation, key: string): void {
    const original = this.#parts.originals.get(key);
    if (!original) return;
    this.#parts.xmpp.plugin(MessageRetraction).retract(original.facts);
    conversation.change(key, { text: '', files: [], reactions: new Map(), retracted: true });
    this.#parts.changed();
  }

  /** One reaction more, or one less. @throws where nobody can refer to that message. */
  react(key: string, emoji: string): void {
    const original = this.#parts.originals.get(key);
    if (original) this.#parts.xmpp.plugin(MessageReactions).toggle(original.facts, emoji);
  }

  /** The message behind a line; undefined for one that is not known any more, or of which nothing can be said yet. */
  original(key: string): Original | undefined {
    return this.#parts.originals.get(key);
  }

  #show(conversation: Conversation, sending: Sending, message: Message, more: Partial<Line>): void {
    const { originals, people, deliveries, conversations, changed } = this.#parts;
    const { key } = originals.keep(message);
    conversation.add({
      ...PLAIN,
      key,
      mine: true,
      speaker: people.self,
      at: new Date(),
      text: message.body ?? '',
      state: 'waiting',
      ...more,
    });
    conversations.added(conversation, () => true);
    deliveries.follow(sending, conversation, key);
    changed();
  }
}
