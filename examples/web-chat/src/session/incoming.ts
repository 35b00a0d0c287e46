import type { Message } from '@sestina/core';
import { MessageIndex } from '@sestina/message-index';
import { DelayedDelivery } from '@sestina/xep-0203';
import { MessageRetraction } from '@sestina/xep-0424';
import { FallbackIndication } from '@sestina/xep-0428';
import { MessageReactions } from '@sestina/xep-0444';
import { MessageReplies } from '@sestina/xep-0461';
import type { Conversation } from '../store/conversation.js';
import { type Line, PLAIN, type Words } from '../store/line.js';
import { attachmentsOf } from './files.js';
import type { History } from './history.js';
import type { Parts } from './parts.js';
import { reactionsOf } from './reactions.js';

const SOURCES = ['stream', 'carbon', 'archive', 'history'] as const;

/** Puts messages where they belong, whichever way they came: by themselves, from another device of ours, from an archive, from a room. */
export class Incoming {
  readonly #parts: Parts & { readonly history: History };
  readonly #index: MessageIndex;
  readonly #delivery: DelayedDelivery;
  readonly #replies: MessageReplies;
  readonly #fallbacks: FallbackIndication;
  readonly #reactions: MessageReactions;
  readonly #retraction: MessageRetraction;

  constructor(parts: Parts & { readonly history: History }) {
    const { xmpp } = parts;
    this.#parts = parts;
    this.#index = xmpp.plugin(MessageIndex);
    this.#delivery = xmpp.plugin(DelayedDelivery);
    this.#fallbacks = xmpp.plugin(FallbackIndication);
    this.#replies = xmpp.plugin(MessageReplies);
    this.#reactions = xmpp.plugin(MessageReactions);
    this.#retraction = xmpp.plugin(MessageRetraction);
    xmpp.onMessage((message) => this.#arrived(message), { sources: SOURCES });
  }

  /** Shows a message. One that is shown already has come by another way: then at least it is out. */
  add(message: Message): void {
    const { conversations, originals, people, history, changed } = this.#parts;
    const conversation = this.conversationOf(message);
    const { key } = originals.factsOf(message);
    const { way, author } = message.context;
    if (conversation.has(key)) {
      // A room sends what we have said to all, and to us.
      if (way === 'out') conversation.delivered(key, conversation.kind === 'room' ? 'received' : 'sent');
      changed();
      return;
    }
    const facts = originals.keep(message);
    const mine = way === 'out';
    const files = attachmentsOf(message);
    const line: Line = {
      ...PLAIN,
      key,
      mine,
      speaker: mine ? people.self : { id: author.jid.full, name: people.nameOf(conversation, author.jid) },
      state: mine && conversation.kind === 'room' ? 'received' : 'sent',
      at: message.context.sentAt ?? this.#delivery.sentAt(message),
      order: originals.orderOf(history.isBackward && message.context.source === 'archive'),
      ...this.wordsOf(message, files.length > 0),
      files,
      reactions: reactionsOf(this.#reactions, people, conversation, facts),
      retracted: this.#retraction.isRetracted(facts),
    };
    conversation.add(line);
    conversations.added(conversation, (jid) => people.isContact(jid));
    changed();
    if (message.inReplyTo) void this.#findAnswered(conversation, key, message);
  }

  /** What a message says. @param withoutFallback Whether what stands in for the rest, a quote or an address, is shown itself. */
  wordsOf(message: Message, withoutFallback = true): Pick<Words, 'text' | 'unstyled'> {
    const text = withoutFallback ? this.#fallbacks.text(message) : message.body;
    const isAddress = text === message.oob?.url && message.oob !== undefined;
    return { text: isAddress && withoutFallback ? '' : (text ?? ''), unstyled: message.unstyled };
  }

  conversationOf({ context: { peer, kind } }: Message): Conversation {
    const { conversations } = this.#parts;
    if (kind === 'private') return conversations.get(peer.full);
    return conversations.get(peer.bare.full, kind);
  }

  #arrived(message: Message): void {
    const { type, context, body } = message;
    if (type === 'error' || type === 'headline') return;
    const isSaid = context.class === 'content' && body !== undefined;
    // A file without words of its own is nothing said to programs that know no files.
    if (!isSaid && message.sharedFiles.length === 0) return;
    // Told by the plugin of corrections, which knows whether it is one.
    if (message.replaces !== undefined) return;
    this.add(message);
  }

  /** Where the message that is answered is shown, the quote need not be. */
  async #findAnswered(conversation: Conversation, key: string, message: Message): Promise<void> {
    const kept = message.compact();
    const target = await this.#replies.target(kept);
    if (!target) {
      this.#waitForAnswered(conversation, key, kept);
      return;
    }
    conversation.change(key, { answers: target.key, ...this.wordsOf(kept) });
    this.#parts.changed();
  }

  /** An archive that is read backwards gives the answer before what it answers. */
  #waitForAnswered(conversation: Conversation, key: string, message: Message): void {
    const { inReplyTo, context } = message;
    const id = inReplyTo?.id;
    if (id === undefined) return;
    const ref = context.kind === 'room' ? id : ({ kind: 'origin', id } as const);
    this.#index.onFound(context.peer, ref, () => void this.#findAnswered(conversation, key, message));
  }
}
