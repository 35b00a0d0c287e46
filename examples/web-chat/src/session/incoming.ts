import type { Message } from '@sestina/core';
import { DelayedDelivery } from '@sestina/xep-0203';
import { MessageRetraction } from '@sestina/xep-0424';
import { MessageReactions } from '@sestina/xep-0444';
import { MessageReplies } from '@sestina/xep-0461';
import type { Conversation } from '../store/conversation.js';
import { type Attachment, type Line, PLAIN, type Words } from '../store/line.js';
import type { Parts } from './parts.js';
import { reactionsOf } from './reactions.js';

const SOURCES = ['stream', 'carbon', 'archive', 'history'] as const;

/** Puts messages where they belong, whichever way they came: by themselves, from another device of ours, from an archive, from a room. */
export class Incoming {
  readonly #parts: Parts;
  readonly #delivery: DelayedDelivery;
  readonly #replies: MessageReplies;
  readonly #reactions: MessageReactions;
  readonly #retraction: MessageRetraction;

  constructor(parts: Parts) {
    const { xmpp } = parts;
    this.#parts = parts;
    this.#delivery = xmpp.plugin(DelayedDelivery);
    this.#replies = xmpp.plugin(MessageReplies);
    this.#reactions = xmpp.plugin(MessageReactions);
    this.#retraction = xmpp.plugin(MessageRetraction);
    xmpp.onMessage((message) => this.#arrived(message), { sources: SOURCES });
  }

  /** Shows a message. One that is shown already has come by another way: then at least it is out. */
  add(message: Message, files: readonly Attachment[] = []): void {
    const { conversations, originals, people, changed } = this.#parts;
    const conversation = this.conversationOf(message);
    const { key } = originals.factsOf(message);
    const { way, author } = message.context;
    if (conversation.has(key)) {
      if (way === 'out') conversation.delivered(key, 'sent');
      changed();
      return;
    }
    const facts = originals.keep(message);
    const mine = way === 'out';
    const line: Line = {
      ...PLAIN,
      key,
      mine,
      speaker: { id: author.jid.full, name: people.nameOf(conversation, author.jid) },
      at: message.context.sentAt ?? this.#delivery.sentAt(message),
      text: message.body ?? '',
      unstyled: message.unstyled,
      files,
      reactions: reactionsOf(this.#reactions, people, conversation, facts),
      retracted: this.#retraction.isRetracted(facts),
    };
    conversation.add(line);
    conversations.added(conversation, (jid) => people.isContact(jid));
    changed();
    if (message.inReplyTo) void this.#findAnswered(conversation, key, message);
  }

  /** What a message says, as far as it can be told at once. */
  wordsOf(message: Message): Pick<Words, 'text' | 'unstyled'> {
    const text = (message.inReplyTo ? this.#replies.text(message) : message.body) ?? '';
    return { text, unstyled: message.unstyled };
  }

  conversationOf({ context: { peer, kind } }: Message): Conversation {
    const { conversations } = this.#parts;
    if (kind === 'private') return conversations.get(peer.full);
    return conversations.get(peer.bare.full, kind);
  }

  #arrived(message: Message): void {
    const { type, context, body } = message;
    if (type === 'error' || type === 'headline' || context.class !== 'content' || body === undefined) return;
    // Told by the plugin of corrections, which knows whether it is one.
    if (message.replaces !== undefined) return;
    this.add(message);
  }

  /** Where the message that is answered is shown, the quote need not be. */
  async #findAnswered(conversation: Conversation, key: string, message: Message): Promise<void> {
    const kept = message.compact();
    const target = await this.#replies.target(kept);
    if (!target) return;
    conversation.change(key, { answers: target.key, ...this.wordsOf(kept) });
    this.#parts.changed();
  }
}
